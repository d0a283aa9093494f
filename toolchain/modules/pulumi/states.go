package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/pkg/v3/backend/diy"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack/snapshot"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// organization is the only organization that a folder has.
const organization = "organization"

// states is the folder that the CLI itself uses as a back end (https://www.pulumi.com/docs/iac/concepts/state-and-backends/),
// with the journals beside it.
type states struct {
	dir    string
	folder diy.Backend
}

// name is a stack's name as in a URL: project and stack.
type name struct{ project, stack string }

func openStates(ctx context.Context, dir string) (*states, error) {
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	folder, err := diy.New(ctx, sink, "file://"+dir+"?no_tmp_dir=true&metadata=skip", nil)
	return &states{dir, folder}, err
}

func (s *states) journalPath(n name) string {
	return filepath.Join(s.dir, "journals", n.project, n.stack+".jsonl")
}

func (s *states) statePath(n name) string {
	return filepath.Join(s.dir, ".pulumi", "stacks", n.project, n.stack+".json")
}

func (s *states) reference(n name) (backend.StackReference, error) {
	return s.folder.ParseStackReference(organization + "/" + n.project + "/" + n.stack)
}

// lock takes the folder's own lock, which keeps out everybody else who works on the stack in any way.
func (s *states) lock(ctx context.Context, n name) (unlock func(), err error) {
	ref, err := s.reference(n)
	if err != nil {
		return nil, err
	}
	if err := s.folder.Lock(ctx, ref); err != nil {
		return nil, err
	}
	unlocker := s.folder.(interface {
		Unlock(ctx context.Context, ref backend.StackReference)
	})
	return func() { unlocker.Unlock(ctx, ref) }, nil
}

// find returns nil where there is no such stack.
func (s *states) find(ctx context.Context, n name) (backend.Stack, error) {
	ref, err := s.reference(n)
	if err != nil {
		return nil, err
	}
	return s.folder.GetStack(ctx, ref)
}

// export returns the stack's state; nil where there is no such stack.
func (s *states) export(ctx context.Context, n name) (*apitype.UntypedDeployment, error) {
	found, err := s.find(ctx, n)
	if err != nil || found == nil {
		return nil, err
	}
	return s.folder.ExportDeployment(ctx, found)
}

// remove removes the stack, and returns whether it refuses to because the stack still has resources.
func (s *states) remove(ctx context.Context, n name, force bool) (hasResources bool, err error) {
	found, err := s.find(ctx, n)
	if err != nil || found == nil {
		return false, err
	}
	return s.folder.RemoveStack(ctx, found, force, false)
}

// begin opens the journal of an update. The stack must be locked.
func (s *states) begin(n name, info backend.UpdateInfo) (*journal, error) {
	base, err := digest(s.statePath(n))
	if err != nil {
		return nil, err
	}
	return createJournal(s.journalPath(n), header{Base: base, Update: info})
}

// fold puts a journal into the stack's state, and the update into its history, and returns the number of entries. It may be killed at any
// point and run again. The stack must be locked.
func (s *states) fold(ctx context.Context, n name, finish func(*backend.UpdateInfo)) (int, error) {
	path := s.journalPath(n)
	found, err := readJournal(path)
	if err != nil {
		return 0, err
	}
	if found.header.Base == "" {
		// The update was killed before its first line was whole.
		return 0, os.Remove(path)
	}
	if err := os.Truncate(path, found.whole); err != nil {
		return 0, err
	}
	now, err := digest(s.statePath(n))
	if err != nil {
		return 0, err
	}
	switch {
	case now == found.folded:
		// An earlier run was killed after it had written the state, so only the history is left to write.
	case now != found.header.Base:
		return 0, fmt.Errorf(
			"the state of %s is not the one on which the update began that %s is the journal of: somebody has changed it since. "+
				"What that update did is not in the state. Look at both (pulumi stack export), then move the journal away", n.stack, path)
	case len(found.entries) > 0:
		if err := s.write(ctx, n, found.entries, path); err != nil {
			return 0, err
		}
	}
	info := found.header.Update
	finish(&info)
	if err := s.remember(n, info); err != nil {
		return 0, err
	}
	return len(found.entries), os.Remove(path)
}

// write writes the state that the entries lead to, as the folder's own back end would.
func (s *states) write(ctx context.Context, n name, entries []apitype.JournalEntry, journalPath string) error {
	base, err := s.export(ctx, n)
	if err != nil {
		return err
	}
	deployment := &apitype.DeploymentV3{}
	if base != nil && len(base.Deployment) > 0 && string(base.Deployment) != "null" {
		if err := json.Unmarshal(base.Deployment, deployment); err != nil {
			return err
		}
	}
	next, err := replay(deployment, entries)
	if err != nil {
		return fmt.Errorf("replaying %s: %w", journalPath, err)
	}
	invalid := snapshot.VerifyIntegrity(next.Deployment)
	next.Deployment.Metadata.IntegrityErrorMetadata = nil
	if invalid != nil {
		next.Deployment.Metadata.IntegrityErrorMetadata = &apitype.SnapshotIntegrityErrorMetadataV1{
			Version: strconv.Itoa(next.Version), Command: strings.Join(os.Args, " "), Error: invalid.Error(),
		}
	}
	ref, err := s.reference(n)
	if err != nil {
		return err
	}
	checkpoint, err := stack.DeploymentV3ToCheckpointWithMarshaler(
		plainJSON{}, ref.FullyQualifiedName(), next.Deployment, next.Version, next.Features)
	if err != nil {
		return err
	}
	text, err := plainJSON{}.Marshal(checkpoint)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(journalPath, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := (&journal{file: file}).append(line{Folded: digestOf(text)}); err != nil {
		return err
	}
	target := s.statePath(n)
	// A state without resources is no backup of the one that had some.
	if before, err := os.ReadFile(target); err == nil && len(deployment.Resources) > 0 {
		if err := replace(target+".bak", before); err != nil {
			return err
		}
	}
	if err := replace(target, text); err != nil {
		return err
	}
	if invalid != nil {
		return fmt.Errorf("%s: the state was written and is not sound; the one before is beside it as .bak: %w", target, invalid)
	}
	return nil
}

// remember writes the update into the stack's history, as the folder's own back end would.
func (s *states) remember(n name, info backend.UpdateInfo) error {
	dir := filepath.Join(s.dir, ".pulumi", "history", n.project, n.stack)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	text, err := plainJSON{}.Marshal(info)
	if err != nil {
		return err
	}
	prefix := filepath.Join(dir, fmt.Sprintf("%s-%d", n.stack, time.Now().UnixNano()))
	state, err := os.ReadFile(s.statePath(n))
	if err != nil {
		return err
	}
	return errors.Join(replace(prefix+".history.json", text), replace(prefix+".checkpoint.json", state))
}

// recoverAll folds every journal whose update is no longer under way.
func recoverAll(ctx context.Context, dir string) error {
	journals, err := filepath.Glob(filepath.Join(dir, "journals", "*", "*.jsonl"))
	if err != nil || len(journals) == 0 {
		return err
	}
	s, err := openStates(ctx, dir)
	if err != nil {
		return err
	}
	var failures []error
	for _, path := range journals {
		n := name{filepath.Base(filepath.Dir(path)), strings.TrimSuffix(filepath.Base(path), ".jsonl")}
		unlock, err := s.lock(ctx, n)
		if err != nil {
			// The update is still under way.
			continue
		}
		entries, err := s.fold(ctx, n, failed)
		unlock()
		if errors.Is(err, fs.ErrNotExist) {
			// The process that held the lock has just ended by itself.
			continue
		}
		if err == nil {
			fmt.Fprintf(os.Stderr, "An update of %s was killed: the %d things that it had noted are in its state now.\n", n.stack, entries)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// failed marks an update as failed, because nobody completes it.
func failed(info *backend.UpdateInfo) {
	info.Result = backend.FailedResult
	info.EndTime = time.Now().Unix()
}

// plainJSON leaves < and > as they are, like the folder's own back end.
type plainJSON struct{}

func (plainJSON) Marshal(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(buffer.Bytes()), err
}

func (plainJSON) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

func replace(path string, text []byte) error {
	draft := path + ".new"
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	// The file is on the disk before it replaces the other one: the journal that could make it again is removed afterwards.
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(fmt.Errorf("%s cannot be written: make room for %d bytes on its disk and run the command again: %w",
			path, len(text), err), os.Remove(draft))
	}
	return os.Rename(draft, path)
}

func digest(path string) (string, error) {
	text, err := os.ReadFile(path)
	return digestOf(text), err
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
