/** Lines for `nft -f` that remove a table, which may not be there. */
export function removeTable(table: string): string {
  return `table ${table}\ndelete table ${table}`;
}
