/** The row of each repeat around a field, from the outermost in; empty outside repeats. */
export type RowPath = readonly (readonly [repeat: string, row: number])[];
