/** Folder of a machine below which its disks are, `<class>/<number>` each. Pure; lab/ mounts them there. */
export const DISKS = "/var/lib/embassy";
