package main

import (
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Comes again when an answer says that it was too early: the client itself does not.
type patient struct{}

func (patient) RoundTrip(request *http.Request) (*http.Response, error) {
	for {
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusTooManyRequests {
			return response, err
		}
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil {
			return nil, errors.New("429 came without Retry-After in seconds")
		}
		if err := response.Body.Close(); err != nil {
			return nil, err
		}
		if request, err = again(request); err != nil {
			return nil, err
		}
		select {
		case <-request.Context().Done():
			return nil, request.Context().Err()
		case <-time.After(time.Duration(seconds) * time.Second):
		}
	}
}

// A request with its body from the beginning.
func again(request *http.Request) (*http.Request, error) {
	if request.GetBody == nil {
		return request, nil
	}
	body, err := request.GetBody()
	copied := request.Clone(request.Context())
	copied.Body = body
	return copied, err
}
