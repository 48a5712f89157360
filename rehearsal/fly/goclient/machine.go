package main

import (
	"time"

	fly "github.com/superfly/fly-go"
	"github.com/superfly/fly-go/flaps"
)

const patience = 30 * time.Second

// Answers requests, and ends with 7 when it is asked to stop.
const server = `require("http").createServer((_, answer) => answer.end(process.env.GREETING)).listen(8080);
process.on("SIGINT", () => process.exit(7));`

// What is told of a machine: nothing that differs from one run to the next.
type told struct {
	State, Region, Name, Image string
	HasID, HasInstance, HasIP  bool
	HasNonce                   bool
	Greeting                   string
	Autostop                   string
	LastEvent                  string
	Checks                     *fly.HealthCheckStatus
}

func tell(machine *fly.Machine, err error) (*told, error) {
	if err != nil {
		return nil, err
	}
	out := &told{
		State: machine.State, Region: machine.Region, Name: machine.Name, Image: machine.FullImageRef(),
		HasID: machine.ID != "", HasInstance: machine.InstanceID != "", HasIP: machine.PrivateIP != "",
		HasNonce: machine.LeaseNonce != "", Checks: machine.AllHealthChecks(),
	}
	if machine.Config != nil {
		out.Greeting = machine.Config.Env["GREETING"]
		if len(machine.Config.Services) > 0 && machine.Config.Services[0].Autostop != nil {
			out.Autostop = machine.Config.Services[0].Autostop.String()
		}
	}
	if len(machine.Events) > 0 {
		out.LastEvent = machine.Events[0].Type
	}
	return out, nil
}

func (s *session) input(greeting string) fly.LaunchMachineInput {
	return fly.LaunchMachineInput{
		Region: s.region,
		Name:   "web",
		Config: &fly.MachineConfig{
			Image:    s.image,
			Env:      map[string]string{"GREETING": greeting},
			Init:     fly.MachineInit{Exec: []string{"node", "-e", server}},
			Guest:    &fly.MachineGuest{CPUKind: "shared", CPUs: 1, MemoryMB: 256},
			Metadata: map[string]string{"fly_platform_version": "v2", "fly_process_group": "app"},
			Restart:  &fly.MachineRestart{Policy: fly.MachineRestartPolicyOnFailure, MaxRetries: 2},
			Services: []fly.MachineService{{
				Protocol: "tcp", InternalPort: 8080, Autostart: fly.Pointer(true),
				Autostop: fly.Pointer(fly.MachineAutostopStop), MinMachinesRunning: fly.Pointer(1),
				Ports: []fly.MachinePort{
					{Port: fly.Pointer(80), Handlers: []string{"http"}, ForceHTTPS: true},
					{Port: fly.Pointer(443), Handlers: []string{"http", "tls"}},
				},
				Concurrency: &fly.MachineServiceConcurrency{Type: "requests", SoftLimit: 20, HardLimit: 25},
				Checks:      []fly.MachineCheck{s.check("http")},
			}},
			Checks: map[string]fly.MachineCheck{"listening": s.check("tcp")},
		},
	}
}

func (s *session) check(kind string) fly.MachineCheck {
	check := fly.MachineCheck{
		Type: fly.Pointer(kind), Port: fly.Pointer(8080),
		Interval: fly.MustParseDuration("1s"), Timeout: fly.MustParseDuration("1s"),
		GracePeriod: fly.MustParseDuration("0s"),
	}
	if kind == "http" {
		check.HTTPMethod, check.HTTPPath = fly.Pointer("GET"), fly.Pointer("/")
	}
	return check
}

func (s *session) driveMachine() {
	client := s.client(s.app, s.token)
	input := s.input("one")
	var machine *fly.Machine
	take("launch", func() (*told, error) {
		launched, err := client.Launch(s.ctx, input)
		machine = launched
		return tell(launched, err)
	})
	if machine == nil {
		return
	}
	wait := func(state string) func() error {
		return func() error { return client.Wait(s.ctx, machine, state, patience) }
	}
	// Its newest version, for the waits to come.
	get := func() (*told, error) {
		got, err := client.Get(s.ctx, machine.ID)
		if err == nil {
			machine = got
		}
		return tell(got, err)
	}
	try("wait until it is started", wait("started"))
	take("wait until its checks pass", func() (*told, error) { return s.untilHealthy(client, machine.ID) })
	take("its start is known", func() (bool, error) {
		if _, err := get(); err != nil {
			return false, err
		}
		at, err := machine.MostRecentStartTimeAfterLaunch()
		return time.Since(at) < time.Hour, err
	})
	take("launch another of its name", func() (*told, error) { return tell(client.Launch(s.ctx, input)) })
	take("list", func() ([]string, error) {
		machines, release, err := client.ListFlyAppsMachines(s.ctx)
		names := []string{}
		for _, each := range append(machines, release) {
			if each != nil {
				names = append(names, each.Name)
			}
		}
		return names, err
	})

	s.driveLease(client, machine)
	take("get the updated", get)
	try("wait until the update is started", wait("started"))
	s.driveMetadata(client, machine.ID)

	try("cordon", func() error { return client.Cordon(s.ctx, machine.ID, "") })
	try("uncordon", func() error { return client.Uncordon(s.ctx, machine.ID, "") })
	for _, cmd := range []string{"printenv GREETING", "printenv MISSING"} {
		take("run "+cmd, func() (*fly.MachineExecResponse, error) {
			return client.Exec(s.ctx, machine.ID, &fly.MachineExecRequest{Cmd: cmd, Timeout: 10})
		})
	}
	try("stop", func() error {
		timeout := fly.Duration{Duration: 5 * time.Second}
		return client.Stop(s.ctx, fly.StopMachineInput{ID: machine.ID, Signal: "SIGINT", Timeout: timeout}, "")
	})
	try("wait until it is stopped", wait("stopped"))
	take("get the stopped", get)
	take("its exit", func() (*fly.MachineExitEvent, error) { return exitOf(machine) })
	take("start", func() (*fly.MachineStartResponse, error) { return client.Start(s.ctx, machine.ID, "") })
	try("wait until it is started again", wait("started"))
	try("restart", func() error {
		return client.Restart(s.ctx, fly.RestartMachineInput{ID: machine.ID, Timeout: 5 * time.Second}, "")
	})
	try("wait until it is restarted", wait("started"))
	try("suspend", func() error { return client.Suspend(s.ctx, machine.ID, "") })
	try("wait until it is suspended", wait("suspended"))
	take("wake it", func() (*fly.MachineStartResponse, error) { return client.Start(s.ctx, machine.ID, "") })
	try("wait until it is awake", wait("started"))
	try("destroy without force", func() error {
		return client.Destroy(s.ctx, fly.RemoveMachineInput{ID: machine.ID}, "")
	})
	try("destroy", func() error {
		return client.Destroy(s.ctx, fly.RemoveMachineInput{ID: machine.ID, Kill: true}, "")
	})
	try("wait until it is destroyed", wait("destroyed"))
	take("get the destroyed", get)
	take("get an unknown machine", func() (*told, error) { return tell(client.Get(s.ctx, "0000000000000a")) })
}

func (s *session) untilHealthy(client *flaps.Client, id string) (*told, error) {
	for {
		machine, err := client.Get(s.ctx, id)
		if err != nil || (len(machine.Checks) > 0 && machine.AllHealthChecks().AllPassing()) {
			return tell(machine, err)
		}
		select {
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// The end of a machine's program, as flyctl reads it for release commands.
func exitOf(machine *fly.Machine) (*fly.MachineExitEvent, error) {
	event := machine.GetLatestEventOfTypeAfterType("exit", "start")
	if event == nil {
		return nil, nil
	}
	if _, err := event.Request.GetExitCode(); err != nil {
		return nil, err
	}
	exit := *event.Request.ExitEvent
	exit.ExitedAt = time.Time{}
	return &exit, nil
}
