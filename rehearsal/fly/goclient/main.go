// Drives a Machines API with Fly's own Go client, step by step, and prints one line of JSON for each step: what the
// client made of the answer, or the error as its own type. FLY_FLAPS_BASE_URL says where the API is.
package main

import (
	"context"
	"flag"
	"os"
	"time"
)

func main() {
	app := flag.String("app", "", "name of the app that is created and deleted")
	taken := flag.String("taken", "", "name of an app of another organization")
	org := flag.String("org", "personal", "organization of the app")
	region := flag.String("region", "iad", "region of machines and volumes")
	image := flag.String("image", "", "image of the machines: it has node")
	flag.Parse()

	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	session := &session{
		ctx:    ctx,
		token:  os.Getenv("FLY_API_TOKEN"),
		app:    *app,
		org:    *org,
		region: *region,
		image:  *image,
	}
	session.createApp(*taken)
	session.driveMachine()
	session.driveVolumes()
	session.deleteApp()
}
