/** What stack files say of a server outside the sites. Their DNS servers know none, so that each has its address beside its name. Pure. */
import { z } from "zod";

/** Name of a host outside the sites, as its certificate has it. */
export const hostName = z
    .string()
    .regex(
        /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/,
        "must be a host name, such as s3.example",
    );

/** Address of that host. It is opened, and it is looked up nowhere. */
export const hostAddress = z.ipv4("must be an IPv4 address, such as 192.0.2.1");

/** Secret with what opens that host to us. It is created by hand, so that no state has it. */
export const credentials = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be the name of a Secret");
