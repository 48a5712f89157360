import { AppArgs } from "../../components/platform";
import { recordPlaced } from "../support/platform";

const web: AppArgs = { image: "example/web:1", port: 3000, routes: [{ host: "shop.example" }] };

describe("what an app may do", () => {
    it("is written to files where its image needs it, on request", async () => {
        const graph = await recordPlaced(
            (here) => here.app("web", { ...web, readOnlyRoot: false }).containers,
        );
        const { inputs } = graph.node("shop-web-1");
        expect(inputs.readOnly).toBe(false);
        expect(inputs).not.toHaveProperty("tmpfs");
    });

    it("is nothing as root", async () => {
        const program = recordPlaced((here) => here.app("web", { ...web, user: "0:1000" }).containers);
        await expect(program).rejects.toThrow(
            'App "shop-web": 1 problem, nothing was touched.\n  args.user: "0:1000" is root: an app runs as somebody else',
        );
    });

    it("is limited for each client, and its chain of middlewares is its own matter", async () => {
        const graph = await recordPlaced(
            (here) => here.app("web", { ...web, requestsPerMinute: 200, without: ["compress"] }).urls,
        );
        expect(graph.node("shop-web-route").inputs).toMatchObject({
            requestsPerMinute: 200,
            without: ["compress"],
        });
    });
});

describe("CPUs", () => {
    // The forms in which the provider reads them back: another form would replace the container for ever.
    it.each([
        [1, "1.0"],
        [2, "2.0"],
        [10, "10."],
        [0.5, "0.5"],
        [1.25, "1.25"],
    ])("%d are given as %s", async (cpus, text) => {
        const graph = await recordPlaced((here) => here.app("web", { ...web, limits: { cpus } }).containers);
        expect(graph.node("shop-web-1").inputs.cpus).toBe(text);
    });

    it.each([
        [0.05, "0.1"],
        [0.01, "0.0"],
    ])("that the provider would round are refused: %d", async (cpus, text) => {
        const program = recordPlaced((here) => here.app("web", { ...web, limits: { cpus } }).containers);
        await expect(program).rejects.toThrow(
            `args.limits.cpus: the Docker provider would make ${text} of ${cpus}`,
        );
    });
});
