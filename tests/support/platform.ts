import { DockerPlatform, DockerPlatformArgs } from "../../components/docker/platform";
import { Place } from "../../components/platform";
import { Graph, record } from "./graph";

export const PLATFORM_ARGS: DockerPlatformArgs = {
    prefix: "t",
    host: "unix:///var/run/docker.sock",
    router: { bindAddress: "127.0.0.1", httpPort: 8000, scheme: "http", logLevel: "INFO" },
    protectData: false,
};

/** What a platform and one system's place register before anything is placed. */
export const PLATFORM_RESOURCES = [
    "berth:index:DockerPlatform platform",
    "berth:index:Ready router-ready",
    "berth:index:Router router",
    "berth:index:System shop",
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

/** The resources that a recorded placement added to the platform's own. */
export function placedList(graph: Graph): string[] {
    return graph.list().filter((each) => !PLATFORM_RESOURCES.includes(each));
}
