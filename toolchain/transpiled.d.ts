/** Sucrase's function: https://github.com/alangpierce/sucrase */
export type Transform = (code: string, options: object) => unknown;

/**
 * @param version version of Sucrase
 * @param compileCache Node's own folder, of NODE_COMPILE_CACHE, beside which the files are kept; without one nothing is kept
 */
export function cached(transform: Transform, version: string, compileCache: string | undefined): Transform;
