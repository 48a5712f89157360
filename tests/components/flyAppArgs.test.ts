import { AppArgs } from "../../components/platform";
import { recordOnFly } from "../support/flyPlaced";

const place = (args: AppArgs, name = "web") => recordOnFly((here) => here.app(name, args).urls);

describe("bad arguments of an app on Fly", () => {
    it("are reported all at once, with what is allowed", async () => {
        const placed = place({
            port: 99999,
            replicas: 0,
            readyTimeoutSeconds: 0,
            stopGraceSeconds: 301,
            limits: { cpus: 3 },
            health: {
                path: "health",
                command: ["x"],
                intervalSeconds: 1,
                timeoutSeconds: 0,
                startPeriodSeconds: -1,
            },
            routes: [
                { host: "Shop_1" },
                { host: "a.example", pathPrefix: "/ws" },
                { host: "other-web.fly.dev" },
                { host: "Shop_1" },
            ],
            env: { KEY: "a", "1ST": "b" },
            secrets: { KEY: "b", "A-B": "c", FILE_B_TXT: "d" },
            secretFiles: { "../a": "x", "a.txt": "x", a_txt: "x", "b.txt": "x" },
        });
        await expect(placed).rejects.toThrow(
            [
                'App "shop-web": 22 problems, nothing was touched.',
                "  args.image: is missing: the image to run",
                "  args.port: 99999 is not allowed: a whole number from 1 to 65535",
                "  args.replicas: 0 is not allowed: a whole number of at least 1",
                "  args.readyTimeoutSeconds: 0 is not allowed: a whole number of at least 1",
                "  args.stopGraceSeconds: 301 is not allowed: a whole number from 1 to 300",
                "  args.limits.cpus: 3 is not to be had: shared machines have 1, 2, 4, 6, 8",
                "  args.health.intervalSeconds: 1 is not allowed: a whole number of at least 2",
                "  args.health.timeoutSeconds: 0 is not allowed: a whole number of at least 1",
                "  args.health.startPeriodSeconds: -1 is not allowed: a whole number of at least 0",
                "  args.health.command: is not to be had on Fly, which asks by HTTP: give a path",
                '  args.health.path: "health" is no path: it starts with "/" and needs no escaping',
                '  args.routes[0].host: "Shop_1" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
                '  args.routes[3].host: "Shop_1" is no host name: labels of lower-case letters, digits and hyphens with dots between, no scheme, port or path',
                '  args.routes[1].pathPrefix: "/ws" is not to be had on Fly, which leads whole hosts to an app',
                "      give the app a host of its own",
                '  args.routes[2].host: "other-web.fly.dev" is another app\'s at Fly: this one has shop-web.fly.dev',
                "  args.routes[3]: claims Shop_1/, which args.routes[0] already has",
                "  args.secrets.KEY: stands in env, too: only one of the two",
                "  args.env.1ST: is no name of an environment variable",
                "  args.secrets.A-B: is no name of an environment variable",
                "  args.secretFiles.../a: is no name of a file",
                "  args.secretFiles.a_txt: is kept as the secret FILE_A_TXT, which is taken",
                "  args.secretFiles.b.txt: is kept as the secret FILE_B_TXT, which is taken",
            ].join("\n"),
        );
    });

    it("name what a Docker engine has and Fly has not", async () => {
        const placed = place({
            build: { context: ".", version: "1" },
            registry: { address: "registry.example", username: "me", password: "hush" },
            volumes: [{ volume: "uploads", containerPath: "/data" }],
            user: "node",
        });
        await expect(placed).rejects.toThrow(
            [
                'App "shop-web": 4 problems, nothing was touched.',
                "  args.build: is not to be had on Fly: Fly runs images that are there: build it in CI, push it to registry.fly.io/<app>, give its reference as image",
                "  args.registry: is not to be had on Fly: Fly logs in at no other registry: push the image to registry.fly.io/<app>, or make it public",
                "  args.volumes: is not to be had on Fly: an app on Fly keeps no data: its machines are replaced by every release",
                "  args.user: is not to be had on Fly: a machine runs as the image's own user: set USER in its Dockerfile",
            ].join("\n"),
        );
    });

    it("are not an empty list of volumes", async () => {
        await expect(place({ image: "x", volumes: [] })).resolves.toBeDefined();
    });

    it("name what a worker cannot have", async () => {
        const routes = [{ host: "shop-jobs.fly.dev" }];
        await expect(place({ image: "x", health: { path: "/h" }, routes }, "jobs")).rejects.toThrow(
            [
                'App "shop-jobs": 2 problems, nothing was touched.',
                "  args.health.path: needs a port to ask on",
                "  args.routes: need a port to lead to",
            ].join("\n"),
        );
    });

    it.each([
        [{ cpus: 0.5 }, "args.limits.cpus: 0.5 is not to be had: shared machines have 1, 2, 4, 6, 8"],
        [
            { memoryMb: 300 },
            "args.limits.memoryMb: 300 is not to be had with 1 shared CPUs: from 256 to 2048 in steps of 256",
        ],
        [
            { cpus: 2, memoryMb: 256 },
            "args.limits.memoryMb: 256 is not to be had with 2 shared CPUs: from 512 to 4096 in steps of 256",
        ],
        [
            { memoryMb: 4096 },
            "args.limits.memoryMb: 4096 is not to be had with 1 shared CPUs: from 256 to 2048 in steps of 256",
        ],
    ])("sizes that there are not, %j, are refused with those that there are", async (limits, problem) => {
        await expect(place({ image: "x", limits })).rejects.toThrow(
            `App "shop-web": 1 problem, nothing was touched.\n  ${problem}`,
        );
    });

    it("a name that is none, here or at Fly, is refused", async () => {
        await expect(place({ image: "x" }, "Web App")).rejects.toThrow(
            [
                'System "shop": 2 problems, nothing was touched.',
                '  name: "Web App" is no name: lower-case letters, digits and single hyphens, starting with a letter, at most 32 characters',
                '  name: "shop-Web App" is no name of an app: at most 63 lower-case letters, digits and hyphens, none at either end',
            ].join("\n"),
        );
        const suffix = `-${"x".repeat(56)}`;
        await expect(recordOnFly((here) => here.postgres("db", { version: 16 }), { suffix })).rejects.toThrow(
            `System "shop": 1 problem, nothing was touched.\n  name: "shop-db${suffix}" is no name of an app: `,
        );
    });
});
