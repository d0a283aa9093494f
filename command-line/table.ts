/** Style of every table for people: no colours, and no lines between rows. */
export const TABLE_STYLE = { head: [], border: [], compact: true };
