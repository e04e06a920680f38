import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentFields } from '../../../store/tables/agent-columns';
import { contactFields } from '../../../store/tables/contact-columns';
import { snakeCase } from '../../../store/ingest/columns';
import { extractionFields } from '../../../store/tables/extraction-columns';
import { lookupFields } from '../../../store/tables/lookup-columns';
import { repository, textOf } from './compose-file';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

const types = 'bigint|integer|double precision|boolean|text|varchar\\(\\d+\\)|timestamptz|date|jsonb|bytea';
const definition = new RegExp(`^"?(\\w+)"? ((?:${types})(?:\\[\\])?)(?= |,|;|$)(.*)`);

function column(table: string, text: string): readonly Column[] {
  const [, name = '', type = '', rest = ''] = definition.exec(text.trim()) ?? [];
  return name === '' ? [] : [{ table, name, type, required: /not null|primary key/.test(rest) }];
}

/** The columns of all tables, in the order of the migrations. */
function migratedColumns(): readonly Column[] {
  const folder = join('store', 'migrations');
  return readdirSync(join(repository, folder))
    .sort()
    .flatMap((file) => {
      const sql = textOf(folder, file).replaceAll(/--.*/g, '');
      const created = [...sql.matchAll(/create table cxone\.(\w+) \(\n([\s\S]*?)\n\);/g)].flatMap(
        ([, table = '', body = '']) => body.split('\n').flatMap((line) => column(table, line)),
      );
      const added = [...sql.matchAll(/alter table cxone\.(\w+)\s([^;]*);/g)].flatMap(
        ([, table = '', body = '']) =>
          [...body.matchAll(/add column (?:if not exists )?([^,]*)/g)].flatMap(([, text = '']) =>
            column(table, text),
          ),
      );
      return [...created, ...added];
    });
}

interface Entry extends Column {
  readonly meaning: string;
  readonly unit: string;
  readonly source: string;
}

/** The rows of the dictionary, each under the heading of its table. */
function dictionary(): readonly Entry[] {
  return textOf('docs', 'data-dictionary.md')
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const table = section.slice(0, section.indexOf('\n'));
      return section
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .map((line) => {
          const [name = '', type = '', meaning = '', unit = '', source = ''] = line
            .split('|')
            .slice(1)
            .map((cell) => cell.trim().replaceAll('`', ''));
          const required = type.endsWith(', required');
          return { table, name, type: type.replace(', required', ''), required, meaning, unit, source };
        });
    });
}

const columns = migratedColumns();
const entries = dictionary();
const tables = [...new Set(columns.map(({ table }) => table))];

describe('docs/data-dictionary.md', () => {
  it('is compared with tables that were really found', () => {
    expect(tables).toEqual(
      expect.arrayContaining(['contact', 'agent', 'recording', 'sync_window', 'watermark']),
    );
    expect(columns.length).toBeGreaterThan(150);
  });

  it.each(tables)('describes every column of %s with its type, in order, and no other', (table) => {
    const described = entries.filter((entry) => entry.table === table);
    expect(described.map(({ name, type, required }) => ({ table, name, type, required }))).toEqual(
      columns.filter((one) => one.table === table),
    );
  });

  it('says of every column what it means', () => {
    expect(entries.filter(({ meaning }) => meaning.length < 3)).toEqual([]);
  });

  it('names the unit of every instant, duration and size', () => {
    for (const { name, type, unit } of entries) {
      if (type === 'timestamptz') expect([name, unit]).toEqual([name, 'UTC instant']);
      if (name.endsWith('_seconds')) expect([name, unit]).toEqual([name, 'seconds']);
      if (/(?:^|_)bytes$/.test(name)) expect([name, unit]).toEqual([name, 'bytes']);
    }
  });

  it.each([
    ['contact', contactFields],
    ['agent', agentFields],
    ['skill', lookupFields.skills],
    ['campaign', lookupFields.campaigns],
    ['team', lookupFields.teams],
    ['disposition', lookupFields.dispositions],
    ['interaction_metadata', extractionFields['interaction-metadata']],
    ['evaluation', extractionFields.evaluations],
  ])('names the field of CXone behind every column of %s that holds one', (table, fields) => {
    const sources = new Map(
      entries.filter((entry) => entry.table === table).map(({ name, source }) => [name, source]),
    );
    expect(fields.map((field) => [field, sources.get(snakeCase(field))])).toEqual(
      fields.map((field) => [field, field]),
    );
  });

  it('marks what can identify a person', () => {
    const personal = entries.filter(({ meaning }) => meaning.includes('**Personal.**'));
    expect(personal.map(({ table, name }) => `${table}.${name}`)).toEqual(
      expect.arrayContaining([
        'contact.from_address',
        'contact.to_address',
        'contact.disposition_notes',
        'agent.email_address',
        'agent.telephone1',
        'interaction.participants',
        'interaction.messages',
        'interaction_metadata.ani',
        'evaluation.user_review_comments',
        'evaluation.lastname_eva',
        'rejected_record.raw',
        'landing_page.body',
      ]),
    );
  });
});
