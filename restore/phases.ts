/** Names and times successive phases of work. */
export interface Phases {
    phase<T>(name: string, detail: string, work: () => Promise<T>): Promise<T>;
    /** Seconds of each phase, and of all together. */
    report(): { readonly phases: { phase: string; seconds: number }[]; readonly seconds: number };
}

export function phases(onPhase: (name: string, detail: string) => void): Phases {
    const began = performance.now();
    const done: { phase: string; seconds: number }[] = [];
    const since = (start: number): number => Math.round(performance.now() - start) / 1000;
    return {
        async phase(name, detail, work) {
            onPhase(name, detail);
            const start = performance.now();
            const result = await work();
            done.push({ phase: name, seconds: since(start) });
            return result;
        },
        report: () => ({ phases: done, seconds: since(began) }),
    };
}
