import Docker from "dockerode";

/** A container that never starts: the engine's way into volumes and folders, and into an image's own files. */
export interface HelperOptions {
    readonly image: string;
    readonly mount: { readonly source: string; readonly target: string; readonly volume?: true };
    readonly labels?: Readonly<Record<string, string>>;
}

/** Uses a helper container and takes it away again. */
export async function withHelper<T>(
    docker: Docker,
    { image, mount, labels }: HelperOptions,
    use: (helper: string) => Promise<T>,
): Promise<T> {
    const { source: Source, target: Target, volume } = mount;
    const helper = await docker.createContainer({
        Image: image,
        Entrypoint: ["never-started"],
        NetworkDisabled: true,
        Labels: { ...labels },
        HostConfig: {
            Mounts: [
                volume
                    ? // Without `NoCopy` an image that has such a folder would leave its own files in the volume.
                      {
                          Type: "volume",
                          Source,
                          Target,
                          VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: NO_DRIVER },
                      }
                    : { Type: "bind", Source, Target },
            ],
        },
    });
    try {
        return await use(helper.id);
    } finally {
        // With the nameless volumes that the image declares for itself.
        await helper.remove({ force: true, v: true });
    }
}

/** The engine's own driver; the client's types ask for it. */
const NO_DRIVER = { Name: "local", Options: {} };
