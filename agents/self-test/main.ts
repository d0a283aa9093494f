import { runAgent } from "../agent";

runAgent(() => Promise.resolve());
