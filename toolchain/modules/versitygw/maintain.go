package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/oklog/ulid/v2"
	"github.com/versity/versitygw/s3err"
)

// Until the context ends, makes buckets that are declared later, and locks versions that are not locked for as long as is declared now.
func (s *lockedStore) maintain(ctx context.Context) {
	buckets, locks := time.NewTicker(reread), time.NewTicker(relock)
	for {
		s.relockAll(ctx)
		for isDue := false; !isDue; {
			select {
			case <-ctx.Done():
				return
			case <-buckets.C:
				if err := s.makeBuckets(ctx); err != nil {
					log.Printf("A bucket is not as it is declared: %v", err)
				}
			case <-locks.C:
				isDue = true
			}
		}
	}
}

// Makes and repairs buckets, and never removes one.
func (s *lockedStore) makeBuckets(ctx context.Context) error {
	_, buckets := s.declared.current()
	for _, bucket := range buckets {
		if err := s.makeBucket(ctx, bucket); err != nil {
			return fmt.Errorf("bucket %s: %w", bucket, err)
		}
	}
	return nil
}

func (s *lockedStore) makeBucket(ctx context.Context, bucket string) error {
	_, err := s.files.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if isError(err, s3err.ErrNoSuchBucket) {
		isLocked := true
		input := &s3.CreateBucketInput{
			Bucket:                     &bucket,
			ObjectLockEnabledForBucket: &isLocked,
			CreateBucketConfiguration:  &types.CreateBucketConfiguration{},
		}
		return s.files.CreateBucket(ctx, input, []byte("{}"))
	}
	if err != nil {
		return err
	}
	versioning, err := s.files.GetBucketVersioning(ctx, bucket)
	if err != nil {
		return err
	}
	if versioning.Status == nil || *versioning.Status != types.BucketVersioningStatusEnabled {
		if err := s.files.PutBucketVersioning(ctx, bucket, types.BucketVersioningStatusEnabled); err != nil {
			return err
		}
	}
	if _, err = s.files.GetObjectLockConfiguration(ctx, bucket); isError(err, s3err.ErrObjectLockConfigurationNotFound) {
		return s.files.PutObjectLockConfiguration(ctx, bucket, []byte(`{"Enabled":true}`))
	}
	return err
}

// Locks versions that an earlier release wrote, that were being written when the store was killed, or that must be kept for longer than was
// declared before. Nobody can remove them in the meantime either: see GetObjectLockConfiguration.
func (s *lockedStore) relockAll(ctx context.Context) {
	_, buckets := s.declared.current()
	for _, bucket := range buckets {
		if err := s.relock(ctx, bucket); err != nil && ctx.Err() == nil {
			log.Printf("Versions in bucket %s are not locked: %v", bucket, err)
		}
	}
}

// A version that cannot be locked does not keep the others from being locked.
func (s *lockedStore) relock(ctx context.Context, bucket string) error {
	var failures []error
	none, most := "", int32(1000)
	input := &s3.ListObjectVersionsInput{Bucket: &bucket, Prefix: &none, Delimiter: &none, KeyMarker: &none, VersionIdMarker: &none, MaxKeys: &most}
	for {
		page, err := s.files.ListObjectVersions(ctx, input)
		if err != nil {
			return errors.Join(append(failures, err)...)
		}
		for _, found := range page.Versions {
			written, err := ulid.ParseStrict(*found.VersionId)
			if err == nil && ulid.Time(written.Time()).Add(s.keep).Before(time.Now()) {
				continue
			}
			if err := s.ensureLocked(ctx, bucket, *found.Key, *found.VersionId); err != nil && !isGone(err) {
				failures = append(failures, err)
			}
		}
		if page.IsTruncated == nil || !*page.IsTruncated || ctx.Err() != nil {
			return errors.Join(failures...)
		}
		input.KeyMarker, input.VersionIdMarker = page.NextKeyMarker, page.NextVersionIdMarker
	}
}

// True where the version was purged between the listing and now.
func isGone(err error) bool {
	return isError(err, s3err.ErrNoSuchKey) || isError(err, s3err.ErrNoSuchVersion)
}

// Compares S3's own codes, because an error may contain the name of its object.
func isError(err error, code s3err.ErrorCode) bool {
	var found s3err.S3Error
	return errors.As(err, &found) && found.BaseError().Code == s3err.GetAPIError(code).Code
}
