package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/oklog/ulid/v2"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// The attribute in which versitygw's file-system backend keeps a version's retention.
const retentionAttribute = "object-retention"

// lockedStore is versitygw's backend with a COMPLIANCE retention on every version, set before the version can be seen. This file and
// forwarded.go list what it does. Everything else, which could change a lock, a policy or a bucket, answers "not implemented"
// to everybody, as backend.BackendUnsupported does.
type lockedStore struct {
	backend.BackendUnsupported
	files    *posix.Posix
	declared *declared
	// How long a version is kept after it was written.
	keep time.Duration
}

var _ backend.Backend = &lockedStore{}

func (*lockedStore) String() string { return "locked files" }

func (s *lockedStore) PutObject(ctx context.Context, input s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	if strings.HasSuffix(*input.Key, "/") {
		// A folder has no versions that could be kept.
		return s3response.PutObjectOutput{}, s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	// The store's own retention replaces whatever the request says of one.
	input.ObjectLockMode, input.ObjectLockRetainUntilDate, input.ObjectLockLegalHoldStatus = "", nil, ""
	stored, err := s.files.PutObjectWithPostFunc(ctx, input, func(draft *os.File) error {
		return meta.XattrMeta{}.StoreAttribute(draft, *input.Bucket, *input.Key, retentionAttribute, retention(time.Now().Add(s.keep)))
	})
	if err != nil {
		return stored, err
	}
	return stored, s.ensureLocked(ctx, *input.Bucket, *input.Key, stored.VersionID)
}

func (s *lockedStore) CreateMultipartUpload(ctx context.Context, input s3response.CreateMultipartUploadInput) (s3response.InitiateMultipartUploadResult, error) {
	until := time.Now().Add(s.keep)
	input.ObjectLockMode, input.ObjectLockRetainUntilDate, input.ObjectLockLegalHoldStatus = types.ObjectLockModeCompliance, &until, ""
	return s.files.CreateMultipartUpload(ctx, input)
}

// The version has its upload's retention from the start; here the time that the upload took is added.
func (s *lockedStore) CompleteMultipartUpload(ctx context.Context, input *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	result, version, err := s.files.CompleteMultipartUpload(ctx, input)
	if err != nil {
		return result, version, err
	}
	return result, version, s.ensureLocked(ctx, *input.Bucket, *input.Key, version)
}

// Reads the lock back: nothing is acknowledged before its lock is confirmed.
func (s *lockedStore) ensureLocked(ctx context.Context, bucket, key, version string) error {
	written, err := ulid.ParseStrict(version)
	if err != nil {
		return fmt.Errorf("%s in %s was stored without a version: %w", key, bucket, err)
	}
	until := ulid.Time(written.Time()).Add(s.keep)
	isLocked, err := s.isLocked(ctx, bucket, key, version, until)
	if err != nil || isLocked {
		return err
	}
	if err := s.files.PutObjectRetention(ctx, bucket, key, version, retention(until)); err != nil {
		return err
	}
	isLocked, err = s.isLocked(ctx, bucket, key, version, until)
	if err == nil && !isLocked {
		err = fmt.Errorf("version %s of %s in %s cannot be locked", version, key, bucket)
	}
	return err
}

func (s *lockedStore) isLocked(ctx context.Context, bucket, key, version string, until time.Time) (bool, error) {
	content, err := s.files.GetObjectRetention(ctx, bucket, key, version)
	if errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchObjectLockConfiguration)) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	found, err := auth.ParseObjectLockRetentionOutput(content)
	if err != nil {
		return false, err
	}
	return found.Mode == types.ObjectLockRetentionModeCompliance && found.RetainUntilDate != nil && !found.RetainUntilDate.Before(until), nil
}

// By this rule versitygw protects a version that has no retention of its own. It counts from each request, so it holds until the version has one.
func (s *lockedStore) GetObjectLockConfiguration(ctx context.Context, bucket string) ([]byte, error) {
	if _, err := s.files.GetObjectLockConfiguration(ctx, bucket); err != nil {
		return nil, err
	}
	now, days := time.Now(), int32(s.keep/(24*time.Hour))+1
	return json.Marshal(auth.BucketLockConfig{
		Enabled:          true,
		CreatedAt:        &now,
		DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeCompliance, Days: &days},
	})
}

func (s *lockedStore) GetBucketPolicy(_ context.Context, bucket string) ([]byte, error) {
	users, _ := s.declared.current()
	content, err := policy(bucket, users)
	if err == nil && content == nil {
		return nil, s3err.GetBucketErr(s3err.ErrNoSuchBucketPolicy, bucket)
	}
	return content, err
}

func retention(until time.Time) []byte {
	content, _ := json.Marshal(types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeCompliance, RetainUntilDate: &until})
	return content
}
