import { copyFileSync, readFileSync, statSync } from "node:fs";
import { isOffered, LOCATIONS, SERVER_IMAGES, SERVER_TYPES } from "../../components/hetzner/choices";
import { HetznerScene, publicKey } from "../support/hetzner";

let scene: HetznerScene;
beforeEach(async () => {
    scene = await new HetznerScene().start();
});
afterEach(() => scene.stop());

const SERVER = { name: "shop", server_type: "cx23", image: "debian-12", location: "nbg1" };

describe("who asks", () => {
    it("must have a token", async () => {
        expect((await scene.call("GET", "/servers", undefined, "")).body).toEqual({
            error: { code: "unauthorized", message: "unable to authenticate", details: null },
        });
    });

    it("is in a world of its own by the token, and the file of the worlds tells no token", async () => {
        const { body } = await scene.call("POST", "/servers", SERVER, "secret-token");
        expect(body.server).toMatchObject({ name: "shop", status: "initializing", locked: true });
        expect((await scene.call("GET", "/servers", undefined, "another")).body.servers).toEqual([]);
        // The same name, in another project.
        expect((await scene.call("POST", "/servers", SERVER, "another")).status).toBe(201);
        expect(readFileSync(scene.worldFile, "utf8")).not.toContain("secret-token");
        expect(statSync(scene.worldFile).mode & 0o777).toBe(0o600);
    });

    it("is told what isn't JSON and what the simulation doesn't have", async () => {
        expect(await scene.refusal("POST", "/servers", "{")).toBe("400 json_error");
        expect(await scene.refusal("GET", "/load_balancers")).toBe("404 not_found");
        expect(await scene.refusal("POST", "/servers", { ...SERVER, volumes: [1] })).toBe(
            "422 unsupported_error",
        );
    });
});

describe("the world", () => {
    it("outlives the simulation, and no id comes back", async () => {
        const first = await scene.make("server", SERVER);
        await scene.call("DELETE", `/servers/${first}`);
        await scene.settled();
        await scene.restart();
        const second = await scene.make("server", SERVER);
        expect(second).toBeGreaterThan(first);
        expect(await scene.refusal("GET", `/servers/${first}`)).toBe("404 not_found");
        expect(await scene.get("server", second)).toMatchObject({
            name: "shop",
            status: "running",
            locked: false,
        });
    });

    it("goes on after a run that was killed, whose actions are errors", async () => {
        const release = scene.host.hold();
        const { body } = await scene.call("POST", "/servers", SERVER);
        const worldFile = `${scene.worldFile}.killed`;
        copyFileSync(scene.worldFile, worldFile);
        release();
        const { id } = body.action as { id: number };
        await scene.restart({ worldFile });
        expect((await scene.call("GET", `/actions/${id}`)).body.action).toMatchObject({
            status: "error",
            error: { message: "the simulation ended before the action did" },
        });
        expect((await scene.call("GET", "/servers")).body.servers).toMatchObject([
            { name: "shop", status: "initializing", locked: false },
        ]);
    });

    it("keeps no user data, which holds private keys", async () => {
        const id = await scene.make("server", { ...SERVER, user_data: "#cloud-config hidden" });
        expect(scene.host.servers.get(id)?.userData).toBe("#cloud-config hidden");
        expect(readFileSync(scene.worldFile, "utf8")).not.toContain("hidden");
    });
});

describe("lists", () => {
    it("come in pages", async () => {
        for (const number of [1, 2, 3]) {
            await scene.make("volume", { name: `disk-${number}`, size: 10, location: "fsn1" });
        }
        const { body } = await scene.call("GET", "/volumes?per_page=2&page=2");
        expect(body.volumes).toMatchObject([{ name: "disk-3" }]);
        expect(body.meta).toEqual({
            pagination: {
                page: 2,
                per_page: 2,
                previous_page: 1,
                next_page: null,
                last_page: 2,
                total_entries: 3,
            },
        });
        expect(await scene.refusal("GET", "/volumes?per_page=51")).toBe("422 invalid_input per_page");
    });

    it("are searched by name and by labels", async () => {
        await scene.make("server", { ...SERVER, labels: { env: "prod", web: "" } });
        await scene.make("server", { ...SERVER, name: "other", labels: { env: "dev" } });
        const names = async (query: string) => {
            const { body } = await scene.call("GET", `/servers?${query}`);
            return (body.servers as { name: string }[]).map(({ name }) => name);
        };
        expect(await names("name=other")).toEqual(["other"]);
        expect(await names("label_selector=env%3Dprod,web")).toEqual(["shop"]);
        expect(await names("label_selector=env!%3Dprod")).toEqual(["other"]);
        expect(await names("label_selector=!web")).toEqual(["other"]);
    });
});

it("offers all that the components choose from, where they choose it", async () => {
    const { body } = await scene.call("GET", "/server_types?per_page=50");
    const types = body.server_types as { name: string; locations: { name: string }[] }[];
    const offered = Object.fromEntries(
        types.map(({ name, locations }) => [name, locations.map((each) => each.name)]),
    );
    const places = Object.keys(LOCATIONS) as (keyof typeof LOCATIONS)[];
    expect(offered).toEqual(
        Object.fromEntries(
            SERVER_TYPES.map((type) => [type, places.filter((place) => isOffered(type, place))]),
        ),
    );
    const { body: locations } = await scene.call("GET", "/locations");
    expect(
        (locations.locations as { name: string; network_zone: string }[]).map((each) => [
            each.name,
            each.network_zone,
        ]),
    ).toEqual(Object.entries(LOCATIONS));
    for (const image of SERVER_IMAGES) {
        const found = await scene.call("GET", `/images?name=${image}&architecture=arm`);
        expect(found.body.images).toMatchObject([{ name: image, architecture: "arm" }]);
    }
});

describe("input", () => {
    it("is refused for all that is wrong with it at once", async () => {
        const body = {
            name: "my_shop",
            server_type: true,
            labels: { "-a": "b" },
            user_data: "x".repeat(32_769),
        };
        expect(await scene.refusal("POST", "/servers", body)).toBe(
            "422 invalid_input name server_type image user_data labels",
        );
    });

    it.each([
        ["a type that is not known", { ...SERVER, server_type: "cx99" }, "422 invalid_input server_type"],
        ["an image for no such type", { ...SERVER, image: "debian-1" }, "422 invalid_input image"],
        ["a type that is not there", { ...SERVER, location: "ash" }, "422 invalid_input location"],
        ["a key that is not there", { ...SERVER, ssh_keys: [7] }, "404 not_found"],
        ["a firewall that is not there", { ...SERVER, firewalls: [{ firewall: 7 }] }, "404 not_found"],
        ["an address that is not there", { ...SERVER, public_net: { ipv4: 7 } }, "404 not_found"],
        [
            "an address of what is not enabled",
            { ...SERVER, public_net: { enable_ipv4: false, ipv4: 7 } },
            "422 invalid_input public_net.ipv4",
        ],
    ])("names %s", async (_, body, refusal) => {
        expect(await scene.refusal("POST", "/servers", body)).toBe(refusal);
        expect(scene.host.calls).toEqual([]);
    });

    it.each([
        [{ size: 9, location: "fsn1" }, "422 invalid_input size"],
        [{ size: 10_241, location: "fsn1" }, "422 invalid_input size"],
        [{ size: 10.5, location: "fsn1" }, "422 invalid_input size"],
        [{ size: 10 }, "422 invalid_input location"],
        [{ size: 10, location: "mars" }, "422 invalid_input location"],
        [{ size: 10, location: "fsn1", format: "btrfs" }, "422 invalid_input format"],
        [{ size: 10, server: 7 }, "404 not_found"],
    ])("refuses the volume %j", async (body, refusal) => {
        expect(await scene.refusal("POST", "/volumes", { name: "disk", ...body })).toBe(refusal);
    });

    it.each([
        [{ direction: "in", protocol: "tcp", source_ips: ["0.0.0.0/0"] }, "rules.0"],
        [{ direction: "in", protocol: "icmp", port: "80", source_ips: ["0.0.0.0/0"] }, "rules.0"],
        [{ direction: "in", protocol: "tcp", port: "80" }, "rules.0"],
        [{ direction: "out", protocol: "tcp", port: "80", source_ips: ["::/0"] }, "rules.0"],
        [{ direction: "in", protocol: "tcp", port: "85-80", source_ips: ["::/0"] }, "rules.0.port"],
        [{ direction: "in", protocol: "tcp", port: "65536", source_ips: ["::/0"] }, "rules.0.port"],
        [
            { direction: "in", protocol: "tcp", port: "22", source_ips: ["10.0.0.1/8"] },
            "rules.0.source_ips.0",
        ],
        [{ direction: "up", protocol: "tcp", port: "22", source_ips: ["::/0"] }, "rules.0.direction"],
    ])("refuses the rule %j", async (rule, field) => {
        expect(await scene.refusal("POST", "/firewalls", { name: "wall", rules: [rule] })).toBe(
            `422 invalid_input ${field}`,
        );
    });

    it("refuses a name, a key and a fingerprint that are taken", async () => {
        await scene.make("ssh_key", { name: "laptop", public_key: publicKey(1) });
        const again = (name: string, number: number) =>
            scene.refusal("POST", "/ssh_keys", { name, public_key: publicKey(number) });
        expect(await again("laptop", 2)).toBe("409 uniqueness_error name");
        expect(await again("desk", 1)).toBe("409 uniqueness_error public_key");
        expect(await again("desk", 2)).toBe("201 ");
        expect(await scene.refusal("POST", "/ssh_keys", { name: "x", public_key: "ssh-ed25519 AAAA" })).toBe(
            "422 invalid_input public_key",
        );
    });
});
