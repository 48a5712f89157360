export * from "./entryPoints";
export * from "./middlewares";
export * from "./routeFile";
export * from "./routerConfig";
export * from "./servers";
