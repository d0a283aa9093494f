/** Our own programs in the cluster, all in one image, as they share the runtime: Node.js, and no shell. */
import { SETTINGS } from "../../infra/conventions/agents";
import { agentProgram } from "../../infra/conventions/programs";
import { AGENT_USER } from "../../infra/conventions/users";
import type { Image } from "../declaration";

export const agents: Image = {
    name: "agents",
    // The Node.js that npm has is linked with this.
    packages: ["libstdc++6"],
    programs: [
        { npm: "node", path: "/usr/bin/node" },
        ...Object.keys(SETTINGS).map((agent) => ({ agent, path: agentProgram(agent) })),
    ],
    user: AGENT_USER,
    // These are character sets of glibc, and Node.js has its own.
    leaveOut: ["/usr/lib/*/gconv"],
    entrypoint: ["/usr/bin/node"],
    env: { PATH: "/usr/bin" },
    files: {
        // Without it glibc asks the DNS server before /etc/hosts.
        "/etc/nsswitch.conf": "hosts: files dns\n",
    },
};
