package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/common/model"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/api/v2/models"
	"github.com/prometheus/alertmanager/provider"
)

// Bytes of a message: Prometheus sends some dozen alerts in one.
const largest = 4 << 20

// takes answers Prometheus, which repeats each alert while it fires, and for a quarter of an hour after that.
// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
func takes(alerts provider.Alerts, silence time.Duration, logger *slog.Logger) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		var posted models.PostableAlerts
		err := json.NewDecoder(http.MaxBytesReader(response, request.Body, largest)).Decode(&posted)
		if err == nil {
			err = posted.Validate(strfmt.Default)
		}
		var taken []*alert.Alert
		if err == nil {
			taken, err = read(posted, time.Now(), silence)
		}
		if err != nil {
			logger.Error("not taken", "err", err)
			http.Error(response, err.Error(), http.StatusBadRequest)
			return
		}
		if err := alerts.Put(request.Context(), taken...); err != nil {
			logger.Error("not kept", "err", err)
			http.Error(response, err.Error(), http.StatusInternalServerError)
		}
	}
}

// read says of an alert without an end that it is over when nobody has repeated it for the time `silence`.
func read(posted models.PostableAlerts, now time.Time, silence time.Duration) ([]*alert.Alert, error) {
	var taken []*alert.Alert
	var wrong error
	for _, one := range posted {
		read := &alert.Alert{UpdatedAt: now, Alert: model.Alert{
			Labels: labels(one.Labels), Annotations: labels(one.Annotations),
			StartsAt: time.Time(one.StartsAt), EndsAt: time.Time(one.EndsAt),
		}}
		if read.StartsAt.IsZero() {
			read.StartsAt = now
		}
		if read.EndsAt.IsZero() {
			read.Timeout = true
			read.EndsAt = now.Add(silence)
		}
		wrong = errors.Join(wrong, read.Validate())
		taken = append(taken, read)
	}
	return taken, wrong
}

func labels(set models.LabelSet) model.LabelSet {
	labels := model.LabelSet{}
	for name, value := range set {
		if value != "" {
			labels[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	return labels
}
