/** Of every table that people read: no colours, no line between rows. */
export const TABLE_STYLE = { head: [], border: [], compact: true };
