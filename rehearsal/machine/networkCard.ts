import Docker from "dockerode";
import { isConflict, isNotFound } from "../../providers/engine/connect";
import { exec } from "../../providers/engine/exec";
import { putFiles } from "../../providers/engine/files";
import { machineImage } from "./recipe";

/** The one interface by which a machine is reached. What is between its own containers goes over others. */
export const PUBLIC_INTERFACE = "eth0";

/** What a network card is made of. */
export interface NetworkCardArgs {
    /** Name of its container, unique on the engine. */
    readonly name: string;
    readonly network: string;
    readonly address: string;
    /** Rules from its first moment, as `filter` takes them. @default none: everything passes */
    readonly filter?: string;
    readonly labels?: Readonly<Record<string, string>>;
}

const RULES = { folder: "/etc", name: "cloud.nft" } as const;

/**
 * A machine's network namespace, with its address on the network: a container of its own holds it, so that what a cloud
 * filters is filtered before the machine's first process runs. A machine that boots again gets a new namespace, as a
 * server's kernel forgets its own; the rules are there again before it.
 */
export class NetworkCard {
    constructor(
        private readonly docker: Docker,
        readonly name: string,
    ) {}

    /** Makes a card that is off. */
    static async create(docker: Docker, args: NetworkCardArgs): Promise<NetworkCard> {
        const { name, network, address, filter = "", labels } = args;
        await docker.createContainer({
            Image: machineImage(),
            name,
            Labels: { ...labels },
            Entrypoint: ["/bin/sleep", "infinity"],
            HostConfig: { CapAdd: ["NET_ADMIN"], NetworkMode: network },
            NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
        });
        const card = new NetworkCard(docker, name);
        try {
            await card.write(filter);
        } catch (error) {
            await card.remove();
            throw error;
        }
        return card;
    }

    /** Makes a new namespace. A card that was on is off before: nobody may be left in the old one. */
    async start(): Promise<void> {
        await this.stop();
        await this.container.start();
        await this.apply();
    }

    /** Nobody has the address any more. */
    async stop(): Promise<void> {
        await this.container.kill().catch(unless(isConflict));
    }

    /** Sets the rules: a script for nft, which takes it whole or not at all. They stay when the machine boots again. */
    async filter(script: string): Promise<void> {
        await this.write(script);
        const { State } = await this.container.inspect();
        if (State.Running) {
            await this.apply();
        }
    }

    async remove(): Promise<void> {
        await this.container.remove({ force: true, v: true }).catch(unless(isNotFound));
    }

    private get container(): Docker.Container {
        return this.docker.getContainer(this.name);
    }

    private async write(script: string): Promise<void> {
        await putFiles(this.docker, this.name, RULES.folder, [{ name: RULES.name, content: script }]);
    }

    private async apply(): Promise<void> {
        const file = `${RULES.folder}/${RULES.name}`;
        const { exitCode, output } = await exec(this.docker, this.name, ["/usr/sbin/nft", "-f", file]);
        if (exitCode !== 0) {
            throw new Error(`nft does not take the rules of ${this.name}: ${output.trim()}`);
        }
    }
}

/** For what may be as it is asked for already. */
export function unless(expected: (error: unknown) => boolean): (error: unknown) => void {
    return (error) => {
        if (!expected(error)) {
            throw error;
        }
    };
}
