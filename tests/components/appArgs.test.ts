import { recordPlaced } from "../support/platform";

describe("bad arguments of an app", () => {
    it("are reported all at once, with what is allowed", async () => {
        const placed = recordPlaced((here) =>
            here.app("web", {
                port: 99999,
                replicas: 0,
                limits: { cpus: -1, memoryMb: 1.5 },
                health: { path: "health", command: ["x"], retries: 0 },
                routes: [{ host: "Shop_1" }, { host: "a.example", pathPrefix: "/ws/" }, { host: "Shop_1" }],
                env: { KEY: "a" },
                secrets: { KEY: "b" },
                volumes: [{ containerPath: "data" }, { hostPath: "src", containerPath: "/src" }],
            }),
        );
        await expect(placed).rejects.toThrow(
            [
                'App "shop-web": 16 problems, nothing was touched.',
                "  args.image: only one of image and build, and one of them",
                "  args.port: 99999 is not allowed: a whole number from 1 to 65535",
                "  args.replicas: 0 is not allowed: a whole number of at least 1",
                "  args.limits.cpus: -1 is not allowed: a number of at least 0.01",
                "  args.limits.memoryMb: 1.5 is not allowed: a whole number of at least 6",
                "  args.health.retries: 0 is not allowed: a whole number of at least 1",
                "  args.health: only one of path and command, and one of them",
                '  args.health.path: "health" is no path: it starts with "/" and needs no escaping',
                '  args.routes[0].host: "Shop_1" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
                '  args.routes[1].pathPrefix: "/ws/" is no path prefix: it starts with "/", does not end with "/", and has letters, digits, ".", "_", "~" and "-"',
                "      leave it out for the whole host",
                '  args.routes[2].host: "Shop_1" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
                "  args.routes[2]: claims Shop_1/, which args.routes[0] already has",
                "  args.secrets.KEY: stands in env, too: only one of the two",
                "  args.volumes[0]: only one of volume and hostPath, and one of them",
                '  args.volumes[0].containerPath: "data" is not absolute',
                '  args.volumes[1].hostPath: "src" is not absolute',
            ].join("\n"),
        );
    });

    it("name what a worker cannot have", async () => {
        const placed = recordPlaced((here) =>
            here.app("jobs", { image: "x", health: { path: "/h" }, routes: [{ host: "a.example" }] }),
        );
        await expect(placed).rejects.toThrow(
            [
                'App "shop-jobs": 2 problems, nothing was touched.',
                "  args.health.path: needs a port to ask on",
                "      give a command instead",
                "  args.routes: need a port to lead to",
            ].join("\n"),
        );
    });

    it("a name that is no name is refused", async () => {
        await expect(recordPlaced((here) => here.app("Web App", { image: "x" }))).rejects.toThrow(
            'System "shop": 1 problem, nothing was touched.\n  name: "Web App" is no name: lower-case letters, digits and single hyphens, starting with a letter, at most 32 characters',
        );
    });
});
