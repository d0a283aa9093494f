package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gofrs/uuid"
	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/display"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// service answers one CLI, and refuses requests that it does not know.
type service struct {
	states *states
	token  string

	mutex   sync.Mutex
	updates map[string]*update
}

// update is one that the CLI has announced; it is under way once it has a journal.
type update struct {
	name    name
	info    backend.UpdateInfo
	dryRun  bool
	journal *journal
	unlock  func()
}

// refusal is an error with an HTTP status of its own.
type refusal struct {
	status int
	error
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, answer func(request *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(writer http.ResponseWriter, request *http.Request) { s.serve(writer, request, answer) })
	}
	const stack = "/api/stacks/{organization}/{project}/{stack}"
	handle("GET /api/user", func(*http.Request) (any, error) {
		return map[string]any{"githubLogin": organization, "organizations": []any{}}, nil
	})
	handle("GET /api/user/organizations/default", func(*http.Request) (any, error) {
		return apitype.GetDefaultOrganizationResponse{GitHubLogin: organization}, nil
	})
	handle("GET /api/capabilities", func(*http.Request) (any, error) { return apitype.CapabilitiesResponse{}, nil })
	handle("GET "+stack, s.stack)
	handle("GET "+stack+"/export", s.export)
	handle("DELETE "+stack, s.remove)
	for _, kind := range []apitype.UpdateKind{apitype.UpdateUpdate, apitype.RefreshUpdate, apitype.DestroyUpdate} {
		handle(fmt.Sprintf("POST %s/%s", stack, kind), func(r *http.Request) (any, error) { return s.announce(r, kind) })
	}
	// From here on the CLI calls every kind of operation an update.
	const update = stack + "/update/{update}"
	handle("POST "+update, about(s, s.start))
	handle("PATCH "+update+"/journalentries", about(s, s.append))
	handle("POST "+update+"/events/batch", about(s, s.events))
	handle("POST "+update+"/renew_lease", func(*http.Request) (any, error) {
		return apitype.RenewUpdateLeaseResponse{Token: s.token}, nil
	})
	handle("POST "+update+"/complete", about(s, s.complete))
	return mux
}

func (s *service) serve(writer http.ResponseWriter, request *http.Request, answer func(*http.Request) (any, error)) {
	value, err := any(nil), error(refusal{http.StatusUnauthorized, errors.New("another token was given out")})
	switch request.Header.Get("Authorization") {
	case "token " + s.token, "update-token " + s.token:
		value, err = answer(request)
	}
	status := http.StatusOK
	if err != nil {
		// The status is not a server's failure, because the CLI would repeat the request after one.
		status = http.StatusUnprocessableEntity
		var refused refusal
		if errors.As(err, &refused) {
			status = refused.status
		}
		value = apitype.ErrorResponse{Code: status, Message: err.Error()}
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(value)
}

func named(request *http.Request) name {
	return name{request.PathValue("project"), request.PathValue("stack")}
}

func (s *service) stack(request *http.Request) (any, error) {
	n := named(request)
	found, err := s.states.find(request.Context(), n)
	if err == nil && found == nil {
		err = noStack(n)
	}
	return apitype.Stack{OrgName: organization, ProjectName: n.project, StackName: tokens.QName(n.stack)}, err
}

func (s *service) export(request *http.Request) (any, error) {
	n := named(request)
	state, err := s.states.export(request.Context(), n)
	if err == nil && state == nil {
		err = noStack(n)
	}
	return state, err
}

func noStack(n name) error {
	return refusal{http.StatusNotFound, fmt.Errorf("there is no stack %s", n.stack)}
}

// remove answers the last request of `pulumi destroy --remove`.
func (s *service) remove(request *http.Request) (any, error) {
	hasResources, err := s.states.remove(request.Context(), named(request), request.URL.Query().Get("force") == "true")
	if hasResources {
		// The CLI looks for exactly this text.
		err = refusal{http.StatusBadRequest, errors.New("Bad Request: Stack still contains resources.")}
	}
	return struct{}{}, err
}

func (s *service) announce(request *http.Request, kind apitype.UpdateKind) (any, error) {
	var announced apitype.UpdateProgramRequest
	if err := decode(request, &announced); err != nil {
		return nil, err
	}
	configuration, err := configMap(announced.Config)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV4()
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.updates[id.String()] = &update{
		name:   named(request),
		dryRun: announced.Options.DryRun,
		info: backend.UpdateInfo{
			Kind:        kind,
			StartTime:   time.Now().Unix(),
			Message:     announced.Metadata.Message,
			Environment: announced.Metadata.Environment,
			Config:      configuration,
		},
	}
	return apitype.UpdateProgramResponse{UpdateID: id.String()}, nil
}

// about makes a handler for requests about an update: it reads what the request says, and answers one at a time.
func about[T any](s *service, answer func(context.Context, *update, T) (any, error)) func(*http.Request) (any, error) {
	return func(request *http.Request) (any, error) {
		var said T
		if err := decode(request, &said); err != nil {
			return nil, err
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		u := s.updates[request.PathValue("update")]
		if u == nil || u.name != named(request) {
			return nil, refusal{http.StatusNotFound, errors.New("there is no such update")}
		}
		// What was begun is finished even where the CLI has gone.
		return answer(context.WithoutCancel(request.Context()), u, said)
	}
}

func (s *service) start(ctx context.Context, u *update, asked apitype.StartUpdateRequest) (any, error) {
	if asked.JournalVersion < 1 {
		return nil, refusal{http.StatusBadRequest, errors.New("this back end keeps journals, which PULUMI_DISABLE_JOURNALING forbids")}
	}
	answer := apitype.StartUpdateResponse{Token: s.token, JournalVersion: 1}
	if u.dryRun {
		return answer, nil
	}
	for _, other := range s.updates {
		// The whole process holds the folder's lock, so it does not tell two of its updates apart.
		if other.journal != nil && other.name == u.name {
			return nil, refusal{http.StatusConflict, fmt.Errorf("another update of %s is under way", u.name.stack)}
		}
	}
	unlock, err := s.states.lock(ctx, u.name)
	if err != nil {
		return nil, refusal{http.StatusConflict, err}
	}
	journal, err := s.states.begin(u.name, u.info)
	if err != nil {
		unlock()
		return nil, err
	}
	u.journal, u.unlock = journal, unlock
	return answer, nil
}

func (s *service) append(_ context.Context, u *update, text json.RawMessage) (any, error) {
	if u.journal == nil {
		return nil, refusal{http.StatusConflict, errors.New("this update is not under way")}
	}
	return struct{}{}, u.journal.appendRaw(text)
}

type eventBatch struct {
	Events []struct {
		SummaryEvent *struct {
			ResourceChanges display.ResourceChanges `json:"resourceChanges"`
		} `json:"summaryEvent"`
	} `json:"events"`
}

// events keeps the changes of the update for its history; the CLI shows the rest on the screen.
func (s *service) events(_ context.Context, u *update, batch eventBatch) (any, error) {
	for _, event := range batch.Events {
		if event.SummaryEvent != nil {
			u.info.ResourceChanges = event.SummaryEvent.ResourceChanges
		}
	}
	return struct{}{}, nil
}

func (s *service) complete(ctx context.Context, u *update, ended apitype.CompleteUpdateRequest) (any, error) {
	return struct{}{}, s.end(ctx, u, func(info *backend.UpdateInfo) {
		failed(info)
		info.ResourceChanges = u.info.ResourceChanges
		if ended.Status == apitype.UpdateStatusSucceeded {
			info.Result = backend.SucceededResult
		}
	})
}

// close ends the updates that the CLI has not ended itself.
func (s *service) close(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var failures []error
	for _, u := range s.updates {
		failures = append(failures, s.end(ctx, u, failed))
	}
	return errors.Join(failures...)
}

func (s *service) end(ctx context.Context, u *update, finish func(*backend.UpdateInfo)) error {
	if u.journal == nil {
		return nil
	}
	_, err := s.states.fold(ctx, u.name, finish)
	err = errors.Join(err, u.journal.file.Close())
	u.unlock()
	u.journal, u.unlock = nil, nil
	return err
}

func body(request *http.Request) ([]byte, error) {
	if request.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(request.Body)
	}
	reader, err := gzip.NewReader(request.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

func decode(request *http.Request, into any) error {
	text, err := body(request)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return refusal{http.StatusBadRequest, err}
	}
	return nil
}

func configMap(values map[string]apitype.ConfigValue) (config.Map, error) {
	made := config.Map{}
	for text, value := range values {
		key, err := config.ParseKey(text)
		if err != nil {
			return nil, err
		}
		switch {
		case value.Object && value.Secret:
			made[key] = config.NewSecureObjectValue(value.String)
		case value.Object:
			made[key] = config.NewObjectValue(value.String)
		case value.Secret:
			made[key] = config.NewSecureValue(value.String)
		default:
			made[key] = config.NewValue(value.String)
		}
	}
	return made, nil
}
