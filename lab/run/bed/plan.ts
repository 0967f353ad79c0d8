/** Which site is whose, in the lab of a lab file: each row, each column and each further peer has one of its own. */
import { siteNames } from '../../docker/topology/plan.ts';
import type { FurtherSide, LabFile } from '../../file/lab-file.ts';
import type { NamedAccess } from '../../profiles.ts';

export interface Placed {
  readonly access: NamedAccess;
  /** The name of its site. */
  readonly site: string;
}

export interface FurtherPlace extends Placed {
  readonly side: FurtherSide;
}

export interface BedPlan {
  /** As `startLab` takes them, in the order of all places below. */
  readonly profiles: readonly NamedAccess[];
  readonly rows: readonly Placed[];
  readonly columns: readonly Placed[];
  readonly further: readonly FurtherPlace[];
}

export function planBed({ rows, columns, sides }: Pick<LabFile, 'rows' | 'columns' | 'sides'>): BedPlan {
  const [, , ...others] = sides;
  const profiles = [...rows, ...columns, ...others.map(({ access }) => access)];
  const names = siteNames(profiles);
  const placed = profiles.map((access, index): Placed => ({ access, site: names[index] ?? access.name }));
  return {
    profiles,
    rows: placed.slice(0, rows.length),
    columns: placed.slice(rows.length, rows.length + columns.length),
    further: placed.slice(rows.length + columns.length).flatMap((place, index) => {
      const side = others[index];
      return side ? [{ side, ...place }] : [];
    }),
  };
}
