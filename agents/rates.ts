/** How often somebody who is let in may ask. */
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";

export class Rates {
    private readonly limiter: RateLimiterMemory;

    constructor(requestsPerMinute: number) {
        this.limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
    }

    /** Counts a request. @returns undefined where there is room for it, otherwise the seconds until there is */
    async take(who: string): Promise<number | undefined> {
        try {
            await this.limiter.consume(who);
            return undefined;
        } catch (refused) {
            return Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000);
        }
    }
}
