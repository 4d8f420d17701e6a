import type pg from 'pg'

/** A value, in every form a careless write could have left it in: as it is, in hexadecimal, in Base64. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  // Base64 cuts into groups of three bytes: three possible shifts, of each the part no neighbour changes.
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replaceAll('=', '')
    return text.slice(Math.ceil((shift * 8) / 6), -1)
  })
  return [value, value.toLowerCase(), bytes.toString('hex'), ...base64]
}

/** Which of the named secrets a text holds, in whatever form. */
export function found(text: string, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].filter(([, value]) => formsOf(value).some((form) => text.includes(form))).map(([name]) => name)
}

/** Everything every table of every schema holds, as text, row by row; `pg_dump` may not be of the server's version. */
export async function dump(pool: pg.Pool): Promise<string> {
  const client = await pool.connect()
  try {
    const { rows: tables } = await client.query<{ name: string; owner: string }>(`
      select format('%I.%I', n.nspname, c.relname) as name, quote_ident(pg_get_userbyid(c.relowner)) as owner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm') and not c.relispartition
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`)
    const texts: string[] = []
    for (const { name, owner } of tables) {
      await client.query(`set role ${owner}`)
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
      texts.push(name, ...rows.map(({ row }) => row))
    }
    await client.query('reset role')
    return texts.join('\n')
  } finally {
    client.release()
  }
}
