import { mkdirSync, writeFileSync } from "node:fs";
import * as https from "node:https";
import { AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createAuthority } from "../certificates";
import { OwnedProcess } from "../ownedProcess";
import { Ipv4Resolver } from "./ipv4Resolver";
import { ensurePebble } from "./program";

/** What Pebble is started with. */
export interface PebbleArgs {
    /** Address of this machine that servers reach it at. It listens on no other, loopback aside. */
    readonly address: string;
    /** @default any that is free */
    readonly port?: number;
    /** Name server that tells it where hosts are: `address:port`. */
    readonly dns: string;
    /** Folder for its settings, its key and its log. A second one there ends the first. */
    readonly folder: string;
    /**
     * Whether servers can be reached at IPv6 addresses. Let's Encrypt tries IPv4 when it gets no connection at a host's IPv6
     * address; Pebble does not, so it must not hear of addresses that lead nowhere.
     * @default false
     */
    readonly ipv6?: boolean;
    /** Tells what takes minutes: it is built once. @default nobody is told */
    readonly say?: (line: string) => void;
}

/** Ports of the servers at which it proves hosts: those of Let's Encrypt. */
const HTTP_PORT = 80;
const TLS_PORT = 443;
const LOOPBACK = "127.0.0.1";

/** As fast as it can, and each time alike: Pebble is made to surprise its clients. */
const ENVIRONMENT = {
    PEBBLE_VA_NOSLEEP: "1",
    PEBBLE_WFE_NONCEREJECT: "0",
    // Every order is proven anew.
    PEBBLE_AUTHZREUSE: "0",
};

/** Let's Encrypt's test CA on this machine: a real ACME server with roots of its own, made anew at each start. */
export class Pebble {
    private constructor(
        /** Directory URL, for ACME clients. */
        readonly directory: string,
        /** PEM of the authority of its own HTTPS certificate: its clients have to trust it. */
        readonly apiCa: string,
        private readonly management: string,
        private readonly process: OwnedProcess,
        private readonly resolver: Ipv4Resolver | undefined,
    ) {}

    /** Started and answering. Throws its last words when it does not come to that: its port is taken, say. */
    static async start(args: PebbleArgs): Promise<Pebble> {
        const { address, folder } = args;
        const [{ file }, authority, port, managementPort] = await Promise.all([
            ensurePebble(undefined, args.say),
            createAuthority("Rehearsal ACME API"),
            args.port ?? freePort(address),
            freePort(LOOPBACK),
        ]);
        const { certificate, key } = await authority.issue({ addresses: [address, LOOPBACK] });
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "certificate.pem"), certificate);
        writeFileSync(join(folder, "key.pem"), key, { mode: 0o600 });
        const settings = settingsOf(`${address}:${port}`, `${LOOPBACK}:${managementPort}`);
        writeFileSync(join(folder, "settings.json"), JSON.stringify(settings, undefined, 2));
        const resolver = args.ipv6 === true ? undefined : await Ipv4Resolver.start(args.dns);
        const process = await OwnedProcess.start({
            name: "pebble",
            folder,
            file,
            args: ["-config", "settings.json", "-dnsserver", resolver?.address ?? args.dns],
            env: ENVIRONMENT,
        });
        const pebble = new Pebble(
            `https://${address}:${port}/dir`,
            authority.certificate,
            `https://${LOOPBACK}:${managementPort}`,
            process,
            resolver,
        );
        try {
            await process.answering(() => pebble.answers());
        } catch (error) {
            await pebble.stop();
            throw error;
        }
        return pebble;
    }

    /** PEM of the root that the certificates it issues lead to. */
    async roots(): Promise<string> {
        return await get(`${this.management}/roots/0`, this.apiCa);
    }

    async stop(): Promise<void> {
        await this.process.stop();
        await this.resolver?.stop();
    }

    /** Both of its listeners: the one can be there before the other. */
    private async answers(): Promise<boolean> {
        const asked = [this.directory, `${this.management}/roots/0`].map((url) => get(url, this.apiCa));
        return (await Promise.allSettled(asked)).every(({ status }) => status === "fulfilled");
    }
}

function settingsOf(listenAddress: string, managementListenAddress: string): object {
    return {
        pebble: {
            listenAddress,
            // Whoever reaches this gets the keys of the roots.
            managementListenAddress,
            certificate: "certificate.pem",
            privateKey: "key.pem",
            httpPort: HTTP_PORT,
            tlsPort: TLS_PORT,
            // Seconds after which clients ask again.
            retryAfter: { authz: 1, order: 1 },
            // One profile: of several it draws by lot. As long as Let's Encrypt's.
            profiles: { default: { description: "as Let's Encrypt's", validityPeriod: 90 * 24 * 3600 } },
        },
    };
}

/** The body of a 200. */
async function get(url: string, ca: string): Promise<string> {
    return await new Promise((resolve, reject) => {
        https
            .get(url, { ca, agent: false, timeout: 5000 }, (response) => {
                if (response.statusCode === 200) {
                    text(response).then(resolve, reject);
                } else {
                    response.resume();
                    reject(new Error(`${url} answered ${response.statusCode ?? "nothing"}`));
                }
            })
            .on("timeout", function (this: { destroy(error: Error): void }) {
                this.destroy(new Error(`${url} does not answer`));
            })
            .on("error", reject);
    });
}

async function freePort(address: string): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(0, address, resolve);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}
