import Docker from "dockerode";
import { createMachineNetwork } from "../../rehearsal/machine";
import { Containers } from "../support/containers";

const containers = new Containers("machine-network");
const strangers: Docker.Network[] = [];

/** An engine on which somebody else is quicker so many times: takes the subnet that has just been found. */
class BusyEngine extends Docker {
    constructor(private times: number) {
        super();
    }

    override async createNetwork(options: Docker.NetworkCreateOptions): Promise<Docker.Network> {
        if (options.IPAM !== undefined && this.times > 0) {
            this.times -= 1;
            const stranger = { Name: containers.uniqueName(), IPAM: options.IPAM };
            strangers.push(await super.createNetwork(stranger));
        }
        return await super.createNetwork(options);
    }
}

afterEach(async () => {
    await Promise.all(strangers.splice(0).map((stranger) => stranger.remove()));
});

describe("a network for machines", () => {
    it("lies elsewhere when somebody else takes the subnet that was found for it", async () => {
        const name = containers.uniqueName();
        const network = await createMachineNetwork(new BusyEngine(2), name, { "berth-test": name });
        try {
            const found = await containers.docker.getNetwork(name).inspect();
            expect(found.IPAM?.Config).toEqual([{ Subnet: network.subnet, Gateway: network.gateway }]);
            expect(found.Labels).toEqual({ "berth-test": name });
            expect(strangers).toHaveLength(2);
        } finally {
            await network.remove();
        }
    });

    it("is given up when that happens over and over, and leaves nothing behind", async () => {
        const name = containers.uniqueName();
        await expect(createMachineNetwork(new BusyEngine(9), name)).rejects.toThrow("overlaps");
        expect(strangers).toHaveLength(5);
        expect(await containers.docker.listNetworks({ filters: { name: [name] } })).toEqual([]);
    });
});
