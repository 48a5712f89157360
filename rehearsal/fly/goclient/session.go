package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/superfly/fly-go/flaps"
	"github.com/superfly/fly-go/tokens"
)

// What all steps share.
type session struct {
	ctx                            context.Context
	token, app, org, region, image string
}

// A line of the output.
type line struct {
	Step   string   `json:"step"`
	Result any      `json:"result,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

// An error as the client decodes it.
type failure struct {
	Message string `json:"message"`
	// Zero where the client has no error of the API's.
	HTTPStatus int `json:"httpStatus"`
	// The API's own name of what is wrong.
	Status string `json:"status"`
	// Whether the answer can be told from others in the API's logs.
	HasRequestID bool `json:"hasRequestId"`
}

// Takes a step and prints what came of it.
func take[T any](name string, run func() (T, error)) {
	result, err := run()
	output := line{Step: name, Result: result}
	if err != nil {
		output = line{Step: name, Error: failureOf(err)}
	}
	if err := json.NewEncoder(os.Stdout).Encode(output); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Takes a step without a result of its own.
func try(name string, run func() error) {
	take(name, func() (string, error) { return "done", run() })
}

func failureOf(err error) *failure {
	out := &failure{Message: err.Error()}
	var answer *flaps.FlapsError
	if errors.As(err, &answer) {
		out.HTTPStatus = answer.ResponseStatusCode
		out.HasRequestID = flaps.GetErrorRequestID(answer) != ""
		if status := flaps.GetErrorStatusCode(answer); status != nil {
			out.Status = string(*status)
		}
	}
	return out
}

// A client for one app that does what it is told when it asks too often.
func (s *session) client(app, token string) *flaps.Client {
	return s.clientOver(patient{}, app, token)
}

func (s *session) clientOver(transport http.RoundTripper, app, token string) *flaps.Client {
	options := flaps.NewClientOpts{AppName: app, Tokens: tokens.Parse(token), Transport: transport}
	client, err := flaps.NewWithOptions(s.ctx, options)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return client
}
