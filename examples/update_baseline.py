# Automated baseline update script
import evaligo
from datetime import datetime, timedelta

client = evaligo.Client()

# Get recent successful deployments
recent_deployments = client.deployments.list(
    status="success",
    since=datetime.now() - timedelta(days=7),
    environment="production"
)

# Find candidates for baseline update
for deployment in recent_deployments:
    experiment = deployment.experiment
    current_baseline = client.baselines.get_current("production")

    # Check if improvement is sustained
    improvement_metrics = experiment.compare_to_baseline(current_baseline)

    if (improvement_metrics.accuracy.improvement > 0.02 and
        improvement_metrics.statistical_significance > 0.95 and
        deployment.uptime_hours > 72):  # 3 days stable

        # Update baseline
        new_baseline = client.baselines.create(
            name=f"production-baseline-{deployment.version}",
            experiment_id=experiment.id,
            metrics=experiment.get_metrics(),
            metadata={
                "deployment_date": deployment.created_at,
                "improvement_summary": improvement_metrics.summary,
                "previous_baseline": current_baseline.id
            }
        )

        # Notify team
        client.notifications.send(
            channel="#ai-team",
            message=f"Baseline updated! New production baseline shows {improvement_metrics.accuracy.improvement:.1%} accuracy improvement."
        )
