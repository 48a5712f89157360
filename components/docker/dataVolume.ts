import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DataFolder } from "../../providers/sdk";
import { labelList, labelsOf, Placement } from "./engine";

/** A volume for data: who uses it. */
export interface DataVolumeArgs {
    /** Id of the image that uses it. */
    readonly image: pulumi.Input<string>;
    /** User that it belongs to. @default the image's */
    readonly user?: string;
}

/**
 * A volume that outlives the containers that mount it. On a host with a data disk it is a folder of that disk, made there
 * and nowhere else: without its disk the container does not start, instead of starting empty. There the volume itself is
 * only a pointer, which goes with the host; what has to be guarded is the disk.
 */
export function createDataVolume(
    name: string,
    { image, user }: DataVolumeArgs,
    placement: Pick<Placement, "engine" | "system">,
    parent: pulumi.Resource,
    part: string,
): docker.Volume {
    const { prefix, dataRoot, protect } = placement.engine;
    const volume = { name: `${prefix}-${name}`, labels: labelList(labelsOf(placement, part)) };
    if (dataRoot === undefined) {
        return new docker.Volume(name, volume, { parent, protect });
    }
    const folder = new DataFolder(
        `${name}-folder`,
        { root: dataRoot, name: volume.name, image, user },
        { parent },
    );
    const driverOpts = { type: "none", o: "bind", device: folder.path };
    return new docker.Volume(name, { ...volume, driver: "local", driverOpts }, { parent });
}
