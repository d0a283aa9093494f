package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/backend"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// journal is the file of an update that is under way. Its first line says what the update is, and each other line is the content of one
// request. A line counts once it is whole: before that nobody was told that it is kept.
type journal struct {
	file *os.File
	// broken is why nothing more can be appended.
	broken error
}

// line is one line of a journal; one of its fields is set.
type line struct {
	Header  *header                `json:"header,omitempty"`
	Entries []apitype.JournalEntry `json:"entries,omitempty"`
	// Folded is the digest of the state file that the journal was folded into; the line is written before that file.
	Folded string `json:"folded,omitempty"`
}

type header struct {
	// Base is the digest of the state file when the update began.
	Base   string             `json:"base"`
	Update backend.UpdateInfo `json:"update"`
}

// contents is a journal as it is read back.
type contents struct {
	header  header
	entries []apitype.JournalEntry
	folded  string
	// whole is the length up to the last line that is whole.
	whole int64
}

func createJournal(path string, head header) (*journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file}
	if err := j.append(line{Header: &head}); err != nil {
		// The update has not begun, so its journal is removed.
		return nil, errors.Join(err, file.Close(), os.Remove(path))
	}
	return j, nil
}

func (j *journal) append(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return j.appendRaw(text)
}

// appendRaw appends a request's body unchanged, {"entries":[…]} in one line, and returns once that is on the disk. A line that could not be
// written whole is cut off again, because the next one would run into it. Where even that fails, the journal takes nothing more,
// and the partial line stays the last one.
func (j *journal) appendRaw(text []byte) error {
	if j.broken != nil {
		return j.broken
	}
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	whole := info.Size()
	added := append(bytes.TrimSpace(text), '\n')
	_, err = j.file.Write(added)
	if err == nil {
		err = j.file.Sync()
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s cannot take %d bytes more, so what this update did last is not noted (%w): "+
		"make room on the disk of %s and run the command again", j.file.Name(), len(added), err, filepath.Dir(j.file.Name()))
	if cut := errors.Join(j.file.Truncate(whole), j.file.Sync()); cut != nil {
		j.broken = errors.Join(err, cut)
	}
	return err
}

func readJournal(path string) (*contents, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	found := &contents{}
	for number, reader := 1, bufio.NewReader(file); ; number++ {
		text, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		var next line
		if err := json.Unmarshal(text, &next); err != nil {
			return nil, fmt.Errorf("line %d of %s: %w", number, path, err)
		}
		if next.Header != nil {
			found.header = *next.Header
		}
		if next.Folded != "" {
			found.folded = next.Folded
		}
		found.entries = append(found.entries, next.Entries...)
		found.whole += int64(len(text))
	}
}

// replay applies the entries to base and returns the resulting state.
func replay(base *apitype.DeploymentV3, entries []apitype.JournalEntry) (apitype.TypedDeployment, error) {
	replayer := backend.NewJournalReplayer(base)
	for _, entry := range entries {
		if err := replayer.Add(entry); err != nil {
			return apitype.TypedDeployment{}, err
		}
	}
	return replayer.GenerateDeployment()
}
