import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { TestEnvironment } from './test-environment';

/** Temporal's Web UI as a person uses it, in a browser of its own. */
export interface WebUi {
  readonly page: Page;
  /** Fills in the Start Workflow form, reached by its deep link, and sends it. */
  startWorkflow(type: string, workflowId: string, input: string): Promise<void>;
  /** Opens the list of the runs that match, by its deep link. */
  openList(query: string): Promise<void>;
  /** Shows just these columns in the list that is open. */
  chooseColumns(columns: readonly string[]): Promise<void>;
  /** Follows the list's link to a run. */
  openRun(workflowId: string): Promise<void>;
  openTab(name: string | RegExp): Promise<void>;
  /** The text of a run's current details, under _User Metadata_. */
  currentDetails(): Promise<string>;
  /** How many elements of these kinds the current details, just read, are made of (a CSS selector). */
  elementsInDetails(selector: string): Promise<number>;
  /** The names and descriptions that More Actions → Send an Update offers. */
  offeredUpdates(): Promise<readonly string[]>;
  /** Chooses one of them and submits. */
  sendUpdate(name: string): Promise<void>;
  /** Keeps a picture for the docs; only when `npm run screenshots` asks for it. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Without these, Chromium calls home, and on a closed network waits for it. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the list shows by default. */
const usualColumns = ['Status', 'Workflow ID', 'Run ID', 'Type', 'Start', 'End'];

/** Opens Web UI of the tests' server, at the namespace of a test environment. */
export async function openWebUi(
  { env, namespace }: Pick<TestEnvironment, 'env' | 'namespace'>,
  executablePath: string,
): Promise<WebUi> {
  const browser: Browser = await chromium.launch({ executablePath, args: quiet });
  const page = await browser.newPage({
    viewport: { width: 1_280, height: 860 },
    timezoneId: 'UTC',
    locale: 'en-US',
  });
  page.setDefaultTimeout(20_000);
  const base = `${env['TEMPORAL_UI_URL']}/namespaces/${namespace}`;
  const main = page.getByRole('main');
  const dialog = page.getByRole('dialog', { name: 'Send an Update' });

  return {
    page,
    async startWorkflow(type, workflowId, input) {
      await page.goto(`${base}/workflows/start-workflow?taskQueue=cxone-sync&workflowType=${type}`);
      await main.getByText('Task Queue is Active').waitFor();
      await main.getByRole('textbox', { name: 'Workflow ID' }).fill(workflowId);
      await writeInto(main.locator('.cm-content').first(), input);
      // Leaving the editor lays the input out, which moves the button from under the pointer.
      await main.getByRole('heading', { name: 'Start Workflow' }).click();
      const answer = page.waitForResponse(
        (response) =>
          response.request().method() === 'POST' && response.url().includes(`/workflows/${workflowId}`),
      );
      await main.getByRole('button', { name: 'Start Workflow' }).click();
      if (!(await answer).ok()) throw new Error(`Web UI could not start it: ${(await answer).status()}`);
    },
    async openList(query) {
      await page.goto(`${base}/workflows?query=${encodeURIComponent(query)}`);
      await main.getByRole('table', { name: 'Workflows' }).waitFor();
    },
    async chooseColumns(columns) {
      // It has an icon and no name: the last of three beside the pages of the list.
      await main.getByRole('navigation', { name: 'Workflows' }).getByRole('button').nth(2).click();
      const drawer = page.getByRole('region').filter({ hasText: 'Configure Workflows Table' });
      for (const column of columns.filter((name) => !usualColumns.includes(name)))
        await drawer.getByRole('button', { name: `Add ${column} column` }).click();
      for (const column of usualColumns.filter((name) => !columns.includes(name)))
        await drawer.getByRole('button', { name: `Remove ${column} column` }).click();
      await drawer.getByRole('button', { name: 'Close Workflows Table configuration' }).click();
      // Room for the columns.
      await main.getByRole('button', { name: 'Collapse saved views' }).click();
    },
    async openRun(workflowId) {
      await main.getByRole('link', { name: workflowId, exact: true }).first().click();
      await main.getByRole('heading', { name: workflowId, level: 1 }).waitFor();
    },
    async openTab(name) {
      await main.getByRole('tab', { name }).click();
    },
    async currentDetails() {
      await page.reload();
      await main.getByRole('tab', { name: 'User Metadata' }).click();
      const text = main.locator('iframe').contentFrame().locator('body');
      await text.getByRole('listitem').first().waitFor();
      return text.innerText();
    },
    elementsInDetails: (selector) =>
      main.locator('iframe').contentFrame().locator('body').locator(selector).count(),
    async offeredUpdates() {
      await main.getByRole('button', { name: 'More Actions' }).click();
      await page.getByRole('menuitem', { name: /Update/ }).click();
      await dialog.getByRole('button', { name: 'Select an Update' }).click();
      await dialog.getByRole('option').first().waitFor();
      return dialog.getByRole('option').allInnerTexts();
    },
    async sendUpdate(name) {
      await dialog.getByRole('option', { name: new RegExp(`^${name}`) }).click();
      await dialog.getByRole('button', { name: 'Submit' }).click();
      await page.getByText('Update successful').waitFor();
    },
    async picture(name) {
      const folder = process.env['SCREENSHOTS'];
      if (folder) await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
    },
    close: () => browser.close(),
  };
}

/** Writes into an editor that is no form field, replacing what the form took from the last run of that type. */
async function writeInto(editor: Locator, text: string): Promise<void> {
  await editor.click();
  await editor.press('ControlOrMeta+a');
  await editor.page().keyboard.insertText(text);
}
