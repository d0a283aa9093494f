import { type Step, inStartOrder, inStopOrder, isPartName, partNames, partsWith, readiness } from "../../lab/part";

async function visited(order: (visit: (step: Step) => Promise<void>) => Promise<void>): Promise<Step[]> {
    const seen: Step[] = [];
    await order(async (step) => {
        await Promise.resolve();
        seen.push(step);
    });
    return seen;
}

test("the API server starts after etcd and before all that asks it", async () => {
    const order = await visited((visit) => inStartOrder(partNames, visit));
    expect(order.slice(0, 2)).toEqual(["etcd", "kube-apiserver"]);
    expect([...order].sort()).toEqual([...partNames, "objects"].sort());
});

test("kwok starts after its permissions, and not at all beside real nodes", async () => {
    expect((await visited((visit) => inStartOrder(partsWith("simulated"), visit))).slice(-1)).toEqual(["kwok"]);
    const real = await visited((visit) => inStartOrder(partsWith("real"), visit));
    expect([...real].sort()).toEqual([...partNames.filter((part) => part !== "kwok"), "objects"].sort());
});

test("etcd stops last, after the API server", async () => {
    const order = await visited(inStopOrder);
    expect(order.slice(-2)).toEqual(["kube-apiserver", "etcd"]);
    expect(order).toHaveLength(partNames.length);
});

test("nothing starts after a part that did not", async () => {
    const seen: Step[] = [];
    const start = inStartOrder(partNames, (part) => {
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
