export { addDemoCommand } from './demo';
