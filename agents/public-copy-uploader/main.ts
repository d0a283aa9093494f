/** The public-copy uploader: copies a public registry's backups to a public cloud, once. */
import { log, runAgent } from "../agent";
import { mounted, settingsOf } from "../settings";
import { storeClient, storeOf } from "../store/client";
import { uploadRepository } from "./upload";

runAgent(async () => {
    const settings = settingsOf("public-copy-uploader");
    const own = { ...storeOf(settings), user: mounted(settings.READ_ID), secret: mounted(settings.READ_SECRET) };
    const cloud = {
        url: settings.CLOUD_URL,
        region: settings.CLOUD_REGION,
        // The cloud is not ours, so that its authority is one of those that Node.js knows.
        authority: undefined,
        user: mounted(settings.CLOUD_ID),
        secret: mounted(settings.CLOUD_SECRET),
    };
    const copied = await uploadRepository(
        { store: storeClient(own), bucket: settings.BUCKET, prefix: "" },
        // What is read while it is written cannot be read again, so that the next run is the next attempt.
        { store: storeClient(cloud, 1), bucket: settings.CLOUD_BUCKET, prefix: `${settings.CLOUD_FOLDER}/` },
    );
    log("copied", { ...copied });
});
