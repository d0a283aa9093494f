/** Our own programs in the cluster, all in one image, as they share the runtime: Node.js, and no shell. */
import type { Image } from "../declaration";

/** Folders in `agents`; each is started as `node /usr/lib/agents/<name>.cjs`. */
const AGENTS = [
    "public-copy-uploader",
    "gate",
    "gazette",
    "purger",
    "edge-api",
    "self-test",
    "verifier",
    "lease-agent",
];

export const agents: Image = {
    name: "agents",
    // What the Node.js that npm has is linked with.
    packages: ["libstdc++6"],
    programs: [
        { npm: "node", path: "/usr/bin/node" },
        ...AGENTS.map((agent) => ({ agent, path: `/usr/lib/agents/${agent}.cjs` })),
    ],
    user: { uid: 65532, gid: 65532 },
    // Character sets of glibc; Node.js has its own.
    leaveOut: ["/usr/lib/*/gconv"],
    entrypoint: ["/usr/bin/node"],
    env: { PATH: "/usr/bin" },
    files: {
        // Without it glibc asks the DNS server before /etc/hosts.
        "/etc/nsswitch.conf": "hosts: files dns\n",
    },
};
