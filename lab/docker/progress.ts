/** How the lab says what it is doing: one line per step that takes time or changes the machine. */
export type Progress = (line: string) => void;
