/** The public-copy uploader: copies a public registry's backups to a public cloud, once. */
import { log, mounted, runAgent, variable } from "../agent";
import { storeClient, storeFromEnvironment } from "../store/client";
import { uploadRepository } from "./upload";

runAgent(async () => {
    const own = { ...storeFromEnvironment(), user: mounted("READ_ID"), secret: mounted("READ_SECRET") };
    const cloud = {
        url: variable("CLOUD_URL"),
        region: variable("CLOUD_REGION"),
        // One of those that Node.js knows: the cloud is none of ours.
        authority: undefined,
        user: mounted("CLOUD_ID"),
        secret: mounted("CLOUD_SECRET"),
    };
    const copied = await uploadRepository(
        { store: storeClient(own), bucket: variable("BUCKET"), prefix: "" },
        // What is read while it is written cannot be read again: the next run is the next attempt.
        { store: storeClient(cloud, 1), bucket: variable("CLOUD_BUCKET"), prefix: `${variable("CLOUD_FOLDER")}/` },
    );
    log("copied", { ...copied });
});
