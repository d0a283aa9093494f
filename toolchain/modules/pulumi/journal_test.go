package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A limit on a file's size fails a write as a full disk does: in the middle, with what fitted left behind.
func limitFiles(t *testing.T, bytes uint64) func() {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }
}

func TestWhatDoesNotFitLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data-embassy", "tallinn.jsonl")
	j, err := createJournal(path, header{Base: "base"})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	lift := limitFiles(t, uint64(len(before)+5))
	err = j.appendRaw([]byte(`{"entries":[{"version":1,"kind":0,"sequenceID":1,"operationID":1}]}`))
	lift()
	if err == nil {
		t.Fatal("a line that did not fit was taken")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Fatalf("half a line stayed: %q", after)
	}
	if err := j.appendRaw([]byte(`{"entries":[{"version":1,"kind":0,"sequenceID":2,"operationID":2}]}`)); err != nil {
		t.Fatal(err)
	}
	found, err := readJournal(path)
	if err != nil || len(found.entries) != 1 || found.header.Base != "base" {
		t.Fatalf("%+v, %v", found, err)
	}
}

func TestAFileThatDoesNotFitLeavesTheOneBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tallinn.json")
	if err := replace(path, []byte("before")); err != nil {
		t.Fatal(err)
	}
	lift := limitFiles(t, 8)
	err := replace(path, []byte("a longer one"))
	lift()
	if text, _ := os.ReadFile(path); err == nil || string(text) != "before" {
		t.Fatalf("%q, %v", text, err)
	}
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Fatal("a draft was left")
	}
}
