/** The gate's question, where the API server or the members do not answer at once. */
import { type Request, askFor } from "../../agents/gate/ask";
import { AgentError } from "../../agents/agent";
import type { ConfigMap, ConfigMaps } from "../../agents/kubernetes";
import { ANNOTATION, LEASE, leaderName } from "../../infra/conventions/lease";

const REQUEST: Request = {
    role: "primary",
    acceptLoss: false,
    scope: "land",
    labels: { registry: "land" },
    patience: 1_000,
    pause: 1,
};

/** A site's ConfigMaps. Each of the first `silent` requests gets no answer, but the first of them is done. */
class Answers implements ConfigMaps {
    annotations: Record<string, string> = {};
    asked = new Set<string>();
    private requests = 0;

    constructor(
        private readonly silent: number,
        private readonly refusal?: string,
        private readonly isLed = true,
    ) {}

    async list(): Promise<ReadonlyMap<string, ConfigMap>> {
        await this.answered();
        const { id } = JSON.parse(this.annotations[ANNOTATION.asked] ?? "{}") as { id: string };
        const status = { role: "primary", answered: id, refusal: this.refusal, says: "it waits" };
        const annotations = { ...this.annotations, [ANNOTATION.status]: JSON.stringify(status) };
        return new Map(
            [LEASE, ...(this.isLed ? [leaderName("land")] : [])].map((name) => [
                name,
                { metadata: { name, resourceVersion: "1", annotations } },
            ]),
        );
    }

    async annotate(_: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
        Object.assign(this.annotations, annotations);
        this.asked.add(annotations[ANNOTATION.asked] ?? "");
        await this.answered();
    }

    private answered(): Promise<void> {
        this.requests += 1;
        return this.requests > this.silent
            ? Promise.resolve()
            : Promise.reject(new AgentError("No answer from https://10.38.0.1:443/: The operation was aborted"));
    }
}

it("asks an API server again that does not answer, and with the same words", async () => {
    const api = new Answers(5);
    await expect(askFor(api, REQUEST)).resolves.toBe("taken");
    expect(api.asked.size).toBe(1);
});

it("is refused at once, and says why", async () => {
    await expect(askFor(new Answers(1, "it has not what the other site has"), REQUEST)).rejects.toThrow(
        "This site does not become primary: it has not what the other site has.",
    );
});

it("asks nobody where nobody has led", async () => {
    await expect(askFor(new Answers(0, undefined, false), REQUEST)).resolves.toBe("nobody has led here yet");
});

it("gives up in the end, and says what it heard last", async () => {
    await expect(askFor(new Answers(Infinity), { ...REQUEST, patience: 20 })).rejects.toThrow(
        /may become primary; the last that was heard: No answer from https:/,
    );
});
