import { PartName, inStartOrder, inStopOrder, isPartName, partNames, readiness } from "../../lab/part";

async function visited(order: typeof inStartOrder): Promise<PartName[]> {
    const seen: PartName[] = [];
    await order(async (part) => {
        await Promise.resolve();
        seen.push(part);
    });
    return seen;
}

test("the API server starts after etcd and before all that asks it", async () => {
    const order = await visited(inStartOrder);
    expect(order.slice(0, 2)).toEqual(["etcd", "kube-apiserver"]);
    expect([...order].sort()).toEqual([...partNames].sort());
});

test("etcd stops last, after the API server", async () => {
    const order = await visited(inStopOrder);
    expect(order.slice(-2)).toEqual(["kube-apiserver", "etcd"]);
    expect(order).toHaveLength(partNames.length);
});

test("nothing starts after a part that did not", async () => {
    const seen: PartName[] = [];
    const start = inStartOrder((part) => {
        seen.push(part);
        return part === "kube-apiserver" ? Promise.reject(new Error("no port")) : Promise.resolve();
    });
    await expect(start).rejects.toThrow("no port");
    expect(seen).toEqual(["etcd", "kube-apiserver"]);
});

test("etcd is asked with a certificate of its own authority", () => {
    expect(readiness("etcd", 1)).toMatchObject({ authority: "etcd-ca", as: "apiserver-etcd-client" });
    expect(readiness("kube-apiserver", 2)).toEqual({ port: 2, path: "/readyz", authority: "ca", as: "admin" });
});

test("only parts are parts", () => {
    expect([isPartName("kwok"), isPartName("kubelet")]).toEqual([true, false]);
});
