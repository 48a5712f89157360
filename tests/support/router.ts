import type Docker from "dockerode";
import {
    CERTIFICATES_FOLDER,
    renderSharedFile,
    RouterConfig,
    routerFlags,
    ROUTES_FOLDER,
    SHARED_FILE,
    SHARED_FOLDER,
} from "../../lib/traefik";
import { Containers, exec, logs, until } from "./containers";
import { ProviderClient } from "./providerClient";

const IMAGE = "traefik:v3.6";
/** As the router's component has it. */
const USER = "65532:65532";

/** What a test's router has beside its configuration. */
export interface RouterOptions {
    /** @default Traefik's own */
    readonly image?: string;
    readonly network?: string;
    readonly ports?: readonly number[];
    readonly env?: readonly string[];
}

/** A router with its configuration's flags and shared file, confined as the component confines it. */
export class TestRouter {
    private constructor(
        readonly container: Docker.Container,
        private readonly release: () => Promise<void>,
    ) {}

    /** Started and answering. */
    static async start(
        containers: Containers,
        provider: ProviderClient,
        config: RouterConfig,
        { image = IMAGE, network, ports = [], env = [] }: RouterOptions = {},
    ): Promise<TestRouter> {
        const shared = await provider.create("berth:index:SecretVolume", {
            prefix: containers.uniqueName(),
            image: IMAGE,
            user: USER,
            files: { [SHARED_FILE]: renderSharedFile(config) },
        });
        const container = await containers.create(image, {
            User: USER,
            Cmd: routerFlags(config),
            Env: [...env],
            HostConfig: {
                Binds: [`${await containers.volume()}:${ROUTES_FOLDER}`, `${shared.id}:${SHARED_FOLDER}:ro`],
                Tmpfs: { "/tmp": "", ...(config.acme && { [CERTIFICATES_FOLDER]: "uid=65532,mode=0700" }) },
                ReadonlyRootfs: true,
                CapDrop: ["ALL"],
                SecurityOpt: ["no-new-privileges:true"],
                NetworkMode: network,
                PortBindings: Object.fromEntries(
                    ports.map((port) => [`${port}/tcp`, [{ HostIp: "127.0.0.1", HostPort: "" }]]),
                ),
            },
            ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
        });
        const router = new TestRouter(container, () =>
            provider.delete("berth:index:SecretVolume", shared.id, shared.state),
        );
        await container.start();
        await router.answers();
        return router;
    }

    /** Waits until it answers. */
    async answers(): Promise<void> {
        const ping = ["wget", "-q", "-O", "-", "http://127.0.0.1:8080/ping"];
        await until(
            async () => (await exec(this.container, ping)).output === "OK",
            () => logs(this.container),
        );
    }

    /** The port of the host that leads to one of its own. */
    async portOf(port: number): Promise<number> {
        const { NetworkSettings } = await this.container.inspect();
        return Number(NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort);
    }

    /** Takes away what is left of it once its container is gone. */
    async removeFiles(): Promise<void> {
        await this.release();
    }
}
