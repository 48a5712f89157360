import { Containers } from "../support/containers";
import { eventsDuring, providerOnEngine } from "../support/onEngine";
import { ProviderClient, secret, Values } from "../support/providerClient";

const SECRETS = "berth:index:SecretVolume";
const NODE = "node:20-slim";

jest.setTimeout(60_000);
const containers = new Containers("secrets");
const { docker } = containers;
const label = containers.uniqueName();
const made: string[] = [];
let provider: ProviderClient;

beforeAll(async () => {
    provider = await providerOnEngine();
});

afterAll(async () => {
    await containers.removeAll();
    await Promise.all(made.map((id) => provider.delete(SECRETS, id, {})));
    provider.close();
});

const files = { password: 'it\'s a "secret" ü\nin two lines\n', token: "t" };

async function create(more: Values): Promise<{ id: string; state: Values }> {
    const labels = { "berth-test": label };
    const result = await provider.create(SECRETS, {
        prefix: label,
        image: NODE,
        files: secret(files),
        labels,
        ...more,
    });
    made.push(result.id);
    return result;
}

/** Mode and owner of the files, as a container sees them that has them mounted. */
async function owners(volume: string): Promise<string[]> {
    const { output } = await containers.run(NODE, {
        Cmd: ["sh", "-c", "stat -c '%a %u:%g %n' *"],
        WorkingDir: "/run/secrets",
        HostConfig: { Binds: [`${volume}:/run/secrets:ro`] },
    });
    return output.trim().split("\n");
}

function owned(owner: string): string[] {
    return [`400 ${owner} password`, `400 ${owner} token`];
}

/** An image like another, with some of its settings changed. */
async function derived(changes: string): Promise<string> {
    const container = await containers.create(NODE);
    const { Id } = (await container.commit({ changes })) as { Id: string };
    return Id;
}

async function leftovers(): Promise<{ containers: number; volumes: string[] }> {
    const filters = { label: [`berth-test=${label}`] };
    const { Volumes } = await docker.listVolumes({ filters });
    return {
        containers: (await docker.listContainers({ all: true, filters })).length,
        volumes: Volumes.map(({ Name }) => Name).sort(),
    };
}

describe("secret files", () => {
    it("are read by their user, under a read-only root", async () => {
        const { id, state } = await create({ user: "node" });
        expect(id).toMatch(new RegExp(`^${label}-[0-9a-f]{8}$`));
        expect(state.volume).toBe(id);
        expect(state.files).toEqual(secret(files));
        for (const [name, content] of Object.entries(files)) {
            const path = `/run/secrets/${name}`;
            const options = {
                User: "node",
                HostConfig: { Binds: [`${id}:/run/secrets:ro`], ReadonlyRootfs: true },
            };
            expect(await containers.run(NODE, { Cmd: ["cat", path], ...options })).toEqual({
                code: 0,
                output: content,
            });
            const other = await containers.run(NODE, { Cmd: ["cat", path], ...options, User: "nobody" });
            expect(other.output).toContain("Permission denied");
        }
    });

    it("belong to the image's user, to root where it names none", async () => {
        expect(await owners((await create({})).id)).toEqual(owned("0:0"));
        const image = await derived("USER node:root");
        try {
            expect(await owners((await create({ image })).id)).toEqual(owned("1000:0"));
        } finally {
            await docker.getImage(image).remove({ force: true });
        }
    });

    it.each([
        ["node", "1000:1000"],
        ["node:daemon", "1000:1"],
        ["1000", "1000:1000"],
        ["1234", "1234:0"],
        ["1234:5678", "1234:5678"],
        ["1000770000:1000770001", "1000770000:1000770001"],
    ])("belong to the user %s: %s", async (user, owner) => {
        expect(await owners((await create({ user })).id)).toEqual(owned(owner));
    });

    it("are all that is there, even where an image brings files of its own to that place", async () => {
        const script = "mkdir -p /run/secrets && echo theirs > /run/secrets/theirs";
        const container = await containers.start(NODE, { Cmd: ["sh", "-c", script] });
        await container.wait();
        const { Id: image } = (await container.commit()) as { Id: string };
        try {
            expect(await owners((await create({ image, user: "1:1" })).id)).toEqual(owned("1:1"));
        } finally {
            await docker.getImage(image).remove({ force: true });
        }
    });
});

describe("a volume of secrets", () => {
    it("leaves nothing behind that its making needed, not even the nameless volumes of an image", async () => {
        const image = await derived("VOLUME /nameless");
        const events = await eventsDuring(containers, () => create({ image })).finally(() =>
            docker.getImage(image).remove({ force: true }),
        );
        const actors = (type: string, action: string) =>
            events.filter(({ Type, Action }) => Type === type && Action === action).map(({ Actor }) => Actor);
        const helpers = actors("container", "create").filter(
            ({ Attributes }) => Attributes["berth-test"] === label,
        );
        expect(helpers).toHaveLength(1);
        const volumes = actors("volume", "mount")
            .filter(({ Attributes }) => Attributes.container === helpers[0]?.ID)
            .map(({ ID }) => ID)
            .filter((id) => !id.startsWith(label));
        expect(volumes.length).toBeGreaterThan(0);
        for (const volume of volumes) {
            await expect(docker.getVolume(volume).inspect()).rejects.toThrow("no such volume");
        }
        expect((await leftovers()).containers).toBe(0);
    });

    it.each([
        [{ user: "nobody-here" }, 'the image has no user "nobody-here": give its number instead'],
        [{ user: "node:no-group" }, 'the image has no group "no-group": give its number instead'],
        [{ image: "berth-no-such-image:1" }, "No such image: berth-no-such-image:1"],
    ])("is not left half-made: %j", async (more, message) => {
        const before = await leftovers();
        await expect(create(more)).rejects.toThrow(message);
        expect(await leftovers()).toEqual(before);
    });

    it("is gone after its deletion, which may come twice", async () => {
        const { id, state } = await create({});
        expect((await provider.read(SECRETS, id, state)).id).toBe(id);
        await provider.delete(SECRETS, id, state);
        await provider.delete(SECRETS, id, state);
        expect(await provider.read(SECRETS, id, state)).toEqual({ id: "", state: {}, inputs: {} });
    });

    it("is not taken from a container that uses it", async () => {
        const { id, state } = await create({});
        const HostConfig = { Binds: [`${id}:/run/secrets`] };
        const user = await docker.createContainer({ Image: NODE, HostConfig });
        await expect(provider.delete(SECRETS, id, state)).rejects.toThrow("volume is in use");
        await user.remove();
        await provider.delete(SECRETS, id, state);
    });
});
