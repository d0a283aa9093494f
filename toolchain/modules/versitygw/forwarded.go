package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/s3response"
)

// The store does these just as versitygw's backend does them: it reads, it takes parts, and it removes what versitygw finds unlocked.

func (s *lockedStore) Shutdown() { s.files.Shutdown() }

func (s *lockedStore) NormalizeObjectKey(bucket, object string) string {
	return s.files.NormalizeObjectKey(bucket, object)
}

func (s *lockedStore) HeadBucket(ctx context.Context, input *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	return s.files.HeadBucket(ctx, input)
}

// No bucket names an owner, so versitygw takes the account whose key nobody has for it.
func (s *lockedStore) GetBucketAcl(ctx context.Context, input *s3.GetBucketAclInput) ([]byte, error) {
	_, err := s.files.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: input.Bucket})
	return []byte("{}"), err
}

func (s *lockedStore) GetBucketVersioning(ctx context.Context, bucket string) (s3response.GetBucketVersioningOutput, error) {
	return s.files.GetBucketVersioning(ctx, bucket)
}

func (s *lockedStore) GetBucketCors(ctx context.Context, bucket string) ([]byte, error) {
	return s.files.GetBucketCors(ctx, bucket)
}

func (s *lockedStore) UploadPart(ctx context.Context, input *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	return s.files.UploadPart(ctx, input)
}

func (s *lockedStore) AbortMultipartUpload(ctx context.Context, input *s3.AbortMultipartUploadInput) error {
	return s.files.AbortMultipartUpload(ctx, input)
}

func (s *lockedStore) ListMultipartUploads(ctx context.Context, input *s3.ListMultipartUploadsInput) (s3response.ListMultipartUploadsResult, error) {
	return s.files.ListMultipartUploads(ctx, input)
}

func (s *lockedStore) ListParts(ctx context.Context, input *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	return s.files.ListParts(ctx, input)
}

func (s *lockedStore) HeadObject(ctx context.Context, input *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	return s.files.HeadObject(ctx, input)
}

func (s *lockedStore) GetObject(ctx context.Context, input *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	return s.files.GetObject(ctx, input)
}

func (s *lockedStore) ListObjects(ctx context.Context, input *s3.ListObjectsInput) (s3response.ListObjectsResult, error) {
	return s.files.ListObjects(ctx, input)
}

func (s *lockedStore) ListObjectsV2(ctx context.Context, input *s3.ListObjectsV2Input) (s3response.ListObjectsV2Result, error) {
	return s.files.ListObjectsV2(ctx, input)
}

func (s *lockedStore) ListObjectVersions(ctx context.Context, input *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	return s.files.ListObjectVersions(ctx, input)
}

func (s *lockedStore) DeleteObject(ctx context.Context, input *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	return s.files.DeleteObject(ctx, input)
}

func (s *lockedStore) DeleteObjects(ctx context.Context, input *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	return s.files.DeleteObjects(ctx, input)
}

func (s *lockedStore) GetObjectRetention(ctx context.Context, bucket, object, version string) ([]byte, error) {
	return s.files.GetObjectRetention(ctx, bucket, object, version)
}

func (s *lockedStore) GetObjectLegalHold(ctx context.Context, bucket, object, version string) (*bool, error) {
	return s.files.GetObjectLegalHold(ctx, bucket, object, version)
}
