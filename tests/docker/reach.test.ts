import Docker from "dockerode";
import { createMachineNetwork, machineImage, MachineNetwork } from "../../rehearsal/machine";
import { checkReach } from "../../rehearsal/stage/reach";

jest.setTimeout(60_000);
const docker = new Docker();
const NAME = `berth-test-reach-${process.pid}`;
const TABLE = NAME.replaceAll("-", "_");
const labels = { "berth.test": NAME };
const image = machineImage();
let network: MachineNetwork;

beforeAll(async () => {
    network = await createMachineNetwork(docker, NAME, labels);
});

afterAll(() => network.remove());

/** Changes the rules of the machine that the engine runs on. */
async function nft(...rules: string[]): Promise<void> {
    const container = await docker.createContainer({
        Image: image,
        Entrypoint: ["nft", rules.join("; ")],
        Labels: labels,
        HostConfig: { NetworkMode: "host", CapAdd: ["NET_ADMIN"] },
    });
    try {
        await container.start();
        expect(await container.wait()).toMatchObject({ StatusCode: 0 });
    } finally {
        await container.remove({ force: true });
    }
}

async function left(): Promise<Docker.ContainerInfo[]> {
    return await docker.listContainers({ all: true, filters: { label: [`berth.test=${NAME}`] } });
}

it("finds nothing wrong where a container gets to this machine", async () => {
    await checkReach(docker, { network, image, labels });
    expect(await left()).toEqual([]);
});

it("tells of a firewall that drops what containers send, and leaves nothing", async () => {
    await nft(`add table inet ${TABLE}`);
    try {
        await nft(
            `add chain inet ${TABLE} input { type filter hook input priority -10; }`,
            `add rule inet ${TABLE} input ip saddr ${network.subnet} drop`,
        );
        await expect(checkReach(docker, { network, image, labels })).rejects.toThrow(
            `Containers can't reach this machine at ${network.gateway}: a firewall of its own drops what they send.\n` +
                `  → Let the engine's networks in, with ufw: ufw allow from ${network.subnet}`,
        );
    } finally {
        await nft(`delete table inet ${TABLE}`);
    }
    expect(await left()).toEqual([]);
});
