import * as docker from "@pulumi/docker";
import { DataFolder, EngineProvider } from "../../providers/sdk";

const host = "ssh://deploy@server.example.org";
const engine = new docker.Provider("engine", { host });
const provider = new EngineProvider("engine", { host });

const image = new docker.RemoteImage("db-image", { name: "postgres:16" }, { provider: engine });
const folder = new DataFolder(
    "db-data-folder",
    { root: "/mnt/data/volumes", name: "shop-db-data", image: image.imageId, user: "postgres" },
    { provider },
);

// A volume that is the folder: without the disk the container does not start, instead of starting empty.
new docker.Volume(
    "db-data",
    { name: "shop-db-data", driverOpts: { type: "none", o: "bind", device: folder.path } },
    { provider: engine },
);
