/** Some things cannot be made twice. If one is missing while its site lives, the program asks for it and makes no replacement. */
import { X509Certificate } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Home, must } from "../../support/home";

/** @param started the site, which has everything back afterwards */
export function describeLostState(started: () => Home): void {
    describe("what cannot be made twice", () => {
        let home: Home;
        /** The fingerprint of the root certificate before these tests. */
        let root: string;
        /** The names and versions of the site's Secrets. Another key, password or cipher would be another version. */
        let secrets: string;

        beforeAll(() => {
            home = started();
            [root, secrets] = [rootOf(), secretsOf()];
        });

        const UP = ["up", "--stack", "tallinn", "--yes", "--skip-preview"];

        /** The fingerprint of the root certificate that is in the state now. */
        function rootOf(): string {
            const { checkpoint } = JSON.parse(home.state("tallinn")) as {
                checkpoint: { latest: { resources: { type: string; outputs?: { certPem?: string } }[] } };
            };
            const [root] = checkpoint.latest.resources.filter(({ type }) => type.endsWith(":SelfSignedCert"));
            return new X509Certificate(root?.outputs?.certPem ?? "").fingerprint256;
        }

        function secretsOf(): string {
            const columns = "custom-columns=S:.metadata.namespace,N:.metadata.name,V:.metadata.resourceVersion";
            return must(home.kubectl("tallinn", "get", "secrets", "-A", "-o", columns)).stdout;
        }

        /** Moves a path away. @returns function that puts it back */
        function away(...parts: readonly string[]): () => void {
            const path = join(home.path, ...parts);
            const kept = `${path}.away`;
            renameSync(path, kept);
            return () => {
                rmSync(path, { recursive: true, force: true });
                renameSync(kept, path);
            };
        }

        /** The folder of the state and everything that the CLI keeps beside it. */
        const STATE = ["state", ".pulumi"];
        const stacks = [...STATE, "stacks", "data-embassy"];

        describe("an up without the state of a site that lives", () => {
            it("is refused, and says from where it is recovered", () => {
                const file = join(home.path, ...stacks, "tallinn.json");
                const back = away(...stacks, "tallinn.json");
                const { code, output } = home.pulumi(...UP);
                expect(code).not.toBe(0);
                expect(output).toMatch(/is not there, and it is not made anew/);
                const [, newest = "", to] = /cp (\S+) (\S+)/.exec(output) ?? [];
                expect([existsSync(newest), to]).toEqual([true, file]);
                expect(existsSync(file)).toBe(false);
                back();
            });

            it("is refused where no backup is left, since the site has objects of it", () => {
                const back = away(...STATE);
                const { code, output } = home.pulumi(...UP);
                expect(code).not.toBe(0);
                expect(output).toMatch(/the site has the namespace \S+.*from a backup of yours/s);
                expect(existsSync(join(home.path, ...stacks, "tallinn.json"))).toBe(false);
                back();
            });

            it("is refused where nothing is left, and the site does not answer", () => {
                const back = away(...STATE);
                must(home.lab("fail", "tallinn/kube-apiserver"));
                const { code, output } = home.pulumi(...UP);
                expect(code).not.toBe(0);
                expect(output).toMatch(/does not answer: whether the site is new cannot be seen/);
                back();
                must(home.lab("repair", "tallinn/kube-apiserver"));
            });

            it("is refused for another stack's state in its place", () => {
                const back = away(...stacks, "tallinn.json");
                must(home.pulumi("stack", "init", "luxembourg", "--no-select"));
                renameSync(join(home.path, ...stacks, "luxembourg.json"), join(home.path, ...stacks, "tallinn.json"));
                const { code, output } = home.pulumi(...UP);
                expect(code).not.toBe(0);
                expect(output).toContain("is the state of organization/data-embassy/luxembourg");
                back();
            });

            it("is refused where a key was taken out of the state, until it is back there, and lets a destroy begin", () => {
                const file = join(home.path, ...stacks, "tallinn.json");
                const { checkpoint } = JSON.parse(home.state("tallinn")) as {
                    checkpoint: { latest: { resources: { urn: string }[] } };
                };
                const urn =
                    checkpoint.latest.resources.map((one) => one.urn).find((one) => one.endsWith("::root-key")) ?? "";
                must(
                    home.pulumi(
                        "state",
                        "delete",
                        urn,
                        "--stack",
                        "tallinn",
                        "--yes",
                        "--force",
                        "--target-dependents",
                    ),
                );
                const taken = home.state("tallinn");
                for (const command of [
                    UP,
                    ["preview", "--stack", "tallinn"],
                    ["refresh", "--stack", "tallinn", "--yes"],
                ]) {
                    const { code, output } = home.pulumi(...command);
                    expect({ code, output }).toMatchObject({
                        code: 1,
                        output: expect.stringMatching(
                            /lacks a key that no update .*: root-key\. .*--new-keys/s,
                        ) as string,
                    });
                }
                expect(home.state("tallinn")).toBe(taken);
                // It goes on to what is protected, which a destroy does not take.
                const destroyed = home.pulumi("destroy", "--stack", "tallinn", "--preview-only").output;
                expect(destroyed).toContain("Previewing destroy");
                expect(destroyed).not.toContain("lacks a key");
                const [, whole = "", to] = /cp (\S+) (\S+)/.exec(home.pulumi(...UP).output) ?? [];
                expect([existsSync(whole), to]).toEqual([true, file]);
                copyFileSync(whole, file);
                expect(rootOf()).toBe(root);
            });

            it("goes on with it once it is back, and has made nothing anew", () => {
                must(home.pulumi(...UP));
                must(home.pulumi("preview", "--stack", "tallinn", "--refresh", "--expect-no-changes"));
                expect([rootOf(), secretsOf()]).toEqual([root, secrets]);
            });
        });

        it("an up without the passphrase makes no other one", () => {
            const back = away("passphrase");
            const { code, output } = home.pulumi(...UP);
            expect(code).not.toBe(0);
            expect(output).toMatch(/passphrase is missing, and the state .* can be read with no other/);
            expect(existsSync(join(home.path, "passphrase"))).toBe(false);
            back();
        });

        describe("a site that stands still", () => {
            beforeAll(() => {
                must(home.lab("down"));
            });

            it.each([
                [
                    "the key of its Secrets",
                    ["encryption.yaml"],
                    /encryption\.yaml is gone or empty.*Secrets of tallinn cannot be read/,
                ],
                ["its objects", ["etcd"], /etcd is gone or empty, and tallinn has run/],
                ["its authority", ["pki", "ca.pem"], /ca\.pem is gone or empty/],
                ["the key of its tokens", ["pki", "service-account.pem"], /service-account\.pem is gone or empty/],
                ["what it was founded with", ["foundation.json"], /foundation\.json is gone or empty/],
            ])("does not start without %s, and makes no other", (_, parts, message) => {
                const before = readdirSync(join(home.path, "lab", "tallinn"));
                const back = away("lab", "tallinn", ...parts);
                const { code, output } = home.lab("up", "tallinn");
                expect({ code, output }).toMatchObject({ output: expect.stringMatching(message) as string });
                expect(code).not.toBe(0);
                back();
                expect(readdirSync(join(home.path, "lab", "tallinn"))).toEqual(before);
            });

            it("starts with all of it, as it was", () => {
                must(home.lab("up", "tallinn"));
                must(home.pulumi("preview", "--stack", "tallinn", "--refresh", "--expect-no-changes"));
                expect(secretsOf()).toEqual(secrets);
            });
        });
    });
}
