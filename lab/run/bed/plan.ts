/** Which site is whose, in the lab of a lab file: each row, each column and each further peer has one of its own. */
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

/** The sites of a repeated access are named `NAME-2`, `NAME-3`, …, as the lab names them. */
export function planBed({ rows, columns, sides }: Pick<LabFile, 'rows' | 'columns' | 'sides'>): BedPlan {
  const [, , ...others] = sides;
  const used = new Map<string, number>();
  const place = (access: NamedAccess): Placed => {
    const count = (used.get(access.name) ?? 0) + 1;
    used.set(access.name, count);
    return { access, site: count === 1 ? access.name : `${access.name}-${count}` };
  };
  const [placedRows, placedColumns] = [rows.map(place), columns.map(place)];
  const further = others.map((side) => ({ side, ...place(side.access) }));
  return {
    profiles: [...rows, ...columns, ...further.map(({ access }) => access)],
    rows: placedRows,
    columns: placedColumns,
    further,
  };
}
