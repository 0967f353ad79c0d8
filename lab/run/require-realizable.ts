/** Whether the lab of containers can be what a lab file says that each side is behind. */
import { DEFAULT_ADDRESSING } from '../docker/topology/addressing.ts';
import { planRouters } from '../docker/topology/router-plan.ts';
import type { LabFile } from '../file/lab-file.ts';
import { LabFileError, type LabFileProblem, problemIn } from '../file/lab-file-error.ts';
import { type BedPlan, planBed } from './bed/plan.ts';

/** @throws LabFileError for all that it cannot be, each with its place; nothing has been started then. */
export function requireRealizable(file: Pick<LabFile, 'file' | 'places' | 'rows' | 'columns' | 'sides'>): void {
  const { rows, columns, profiles, further } = planBed(file);
  const places = [
    ...rows.map((_, index) => `rows[${index}]`),
    ...columns.map((_, index) => `columns[${index}]`),
    ...further.map(({ side }) => `sides.${side.name}.access`),
  ];
  const problems = profiles.flatMap((one, index) => {
    const reason = whyNot(one, index);
    return reason === null ? [] : problemIn(file, places[index] ?? '', reason).problems;
  });
  // What is both a row and a column stands in one place.
  const apart = Map.groupBy(problems, ({ line, column, message }: LabFileProblem) => `${line}:${column} ${message}`);
  const [...each] = apart.values();
  if (each.length > 0)
    throw new LabFileError(
      file.file,
      each.flatMap(([problem]) => problem ?? []),
    );
}

/** @param index the number of the site: only so many of them have several public addresses. */
function whyNot({ access, ipv6 }: BedPlan['profiles'][number], index: number): string | null {
  try {
    planRouters({ access, ipv6: ipv6 ?? null }, { addressing: DEFAULT_ADDRESSING, index, clients: 1 });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
