import Docker from "dockerode";

/** A bridge, and the addresses on it. */
export interface Bridge {
    readonly name: string;
    /** The engine's own address on it, as a number. */
    readonly gateway: number;
}

const TRIES = 10;

/**
 * A bridge for each private network. Fly's private network (6PN) is IPv6; this one is IPv4, since that is what an
 * engine has without being told. A machine keeps its address as long as it lives, so the bridge needs a subnet of its
 * own choice: the engine lets nobody choose addresses on one that it chose.
 */
export class Networks {
    private readonly bridges = new Map<string, Promise<Bridge>>();

    constructor(
        private readonly docker: Docker,
        private readonly prefix: string,
        private readonly label: Readonly<Record<string, string>>,
    ) {}

    /** The bridge of a private network, made at its first use. */
    bridge(network: string): Promise<Bridge> {
        const name = `${this.prefix}-${network}`;
        const bridge = this.bridges.get(name) ?? this.create(name);
        this.bridges.set(name, bridge);
        return bridge;
    }

    private async create(name: string, tries = TRIES): Promise<Bridge> {
        const probe = await this.docker.createNetwork({ Name: `${name}-probe`, Labels: { ...this.label } });
        const { IPAM } = await probe.inspect();
        await probe.remove();
        const [{ Subnet = "", Gateway = "" } = {}] = IPAM?.Config ?? [];
        try {
            await this.docker.createNetwork({
                Name: name,
                CheckDuplicate: true,
                Labels: { ...this.label },
                IPAM: { Config: [{ Subnet, Gateway }] },
            });
        } catch (error) {
            // Somebody else took the subnet in between.
            if (tries > 1 && (error as { statusCode?: number }).statusCode === 403) {
                return await this.create(name, tries - 1);
            }
            throw error;
        }
        return { name, gateway: toNumber(Gateway) };
    }
}

/** The first address behind the gateway's that nobody has. */
export function freeAddress({ gateway }: Bridge, taken: ReadonlySet<string>): string {
    for (let number = gateway + 1; ; number += 1) {
        const address = toAddress(number);
        if (!taken.has(address)) {
            return address;
        }
    }
}

function toNumber(address: string): number {
    return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(number: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
