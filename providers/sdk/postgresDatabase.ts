import * as pulumi from "@pulumi/pulumi";

/** A database and its user on a PostgreSQL server in a container. */
export interface PostgresDatabaseArgs {
    /** Name of the server's container. */
    server: pulumi.Input<string>;
    /** A change makes a second database; the first one stays. */
    database: pulumi.Input<string>;
    /** Owner of the database. A change makes a second user; the first one stays. */
    user: pulumi.Input<string>;
    /** Password of the user. A change is set on the server at once. */
    password: pulumi.Input<string>;
}

/**
 * A database with a user who owns it, and whom no other database of this kind lets in. Made when it does not exist, adopted when it does. Destroying
 * the resource forgets it and drops nothing: data goes only with the server's volume.
 */
export class PostgresDatabase extends pulumi.CustomResource {
    declare readonly database: pulumi.Output<string>;
    declare readonly user: pulumi.Output<string>;
    /** Secret. */
    declare readonly password: pulumi.Output<string>;

    constructor(name: string, args: PostgresDatabaseArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "berth:index:PostgresDatabase",
            name,
            { ...args, password: pulumi.secret(args.password) },
            pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] }),
        );
    }
}
