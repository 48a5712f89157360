import { DockerPlatform } from "../../components/docker/platform";
import { DockerPlatformArgs } from "../../components/docker/platformArgs";
import * as pulumi from "@pulumi/pulumi";
import { Place } from "../../components/platform";
import { Server } from "../../components/server";
import { Graph, record, RecordOptions } from "./graph";

export const PLATFORM_ARGS: DockerPlatformArgs = {
    prefix: "t",
    host: "unix:///var/run/docker.sock",
    router: { listen: { address: "127.0.0.1", httpPort: 8000 }, logLevel: "INFO" },
    protect: false,
};

/** What a platform and one system's place register before anything is placed. */
export const PLATFORM_RESOURCES = [
    "berth:index:DockerPlatform platform",
    "berth:index:Router router",
    "berth:index:SecretVolume router-config",
    "berth:index:System shop",
    "berth:index:Takeover router-running",
    "docker:index/container:Container router",
    "docker:index/network:Network edge",
    "docker:index/network:Network shop-data",
    "docker:index/remoteImage:RemoteImage router-image",
    "docker:index/volume:Volume router-routes",
    "pulumi:providers:berth engine",
    "pulumi:providers:docker engine",
];

/** Records what is placed for the system `shop`. */
export function recordPlaced(
    place: (here: Place) => unknown,
    args: Partial<DockerPlatformArgs> = {},
): Promise<Graph> {
    return record(() =>
        place(new DockerPlatform("platform", { ...PLATFORM_ARGS, ...args }).forSystem("shop")),
    );
}

/** Stands for a server of the stack's own. */
class TestServer extends pulumi.CustomResource {
    constructor() {
        super("test:index:Server", "server", {});
    }
}

/** A server to place something on. */
export function testServer(): Server {
    const resource = new TestServer();
    return {
        id: resource.id,
        resource,
        requires: [],
        engine: pulumi.output("ssh://deploy@203.0.113.5"),
        privateKey: pulumi.secret("<private key>"),
        hostKey: pulumi.output("ssh-ed25519 HOST"),
        sshFrom: ["203.0.113.7/32"],
        userData: pulumi.output("<hash>"),
        dataRoot: "/mnt/data/berth",
    };
}

/** Records what is placed for the system `shop` on a server of the stack's own. */
export function recordServed(
    place: (here: Place, platform: DockerPlatform) => unknown,
    args: Partial<DockerPlatformArgs> = {},
    options?: RecordOptions,
): Promise<Graph> {
    return record(() => {
        const server = { server: testServer(), sshFolder: ".state/ssh/t" };
        const platform = new DockerPlatform("platform", {
            ...PLATFORM_ARGS,
            host: undefined,
            server,
            ...args,
        });
        return place(platform.forSystem("shop"), platform);
    }, options);
}

/** The resources that a recorded placement added to the platform's own. */
export function placedList(graph: Graph): string[] {
    return graph.list().filter((each) => !PLATFORM_RESOURCES.includes(each));
}
